using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>
/// A process ends before each of the file operations of an exchange, and the next one before each of those of its recovery or second attempt.
/// Then the old files or the new ones are there whole, those of others as they were, and nothing else.
/// </summary>
public sealed class ExchangeDeathTests
{
    /// <summary>Of the operations of the second process one in so many is tried in the short form.</summary>
    private static readonly int s_stride = LongTests.Asked ? 1 : 7;

    public static TheoryData<string> Cases => [.. ExchangeCase.All.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Two_deaths_leave_the_old_or_the_new_and_nothing_else(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a right on Windows.");
        ExchangeCase exchange = ExchangeCase.All[name];
        string before = Snapshot(exchange.Prepare), after = Snapshot(exchange.Prepare + exchange.Exchange);
        Assert.NotEqual(before, after);
        int outcomesBefore = 0, outcomesAfter = 0;
        for (int first = 1; ; first++)
        {
            if (!TryDie(exchange, first, Recover, 0, out _))
                break;
            foreach (Action<string> next in (Action<string>[])[Recover, exchange.Exchange])
            {
                bool died = true;
                for (int second = 1 + (first % s_stride); died; second += s_stride)
                {
                    died = TryDie(exchange, first, next, second, out string found);
                    string seen = $"death before operation {first}, "
                        + $"then before {second} of {(next == Recover ? "the recovery" : "the second attempt")}:\n{found}";
                    Assert.True(found == before || found == after, seen);
                    outcomesBefore += found == before ? 1 : 0;
                    outcomesAfter += found == after ? 1 : 0;
                }
            }
        }

        Assert.True(outcomesBefore > 0 && outcomesAfter > 0, $"{outcomesBefore} times the old, {outcomesAfter} times the new");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void An_error_at_any_operation_leaves_the_old_or_the_new_and_the_next_attempt_succeeds(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Symbolic links need a right on Windows.");
        ExchangeCase exchange = ExchangeCase.All[name];
        string before = Snapshot(exchange.Prepare), after = Snapshot(exchange.Prepare + exchange.Exchange);
        bool failed = true;
        for (int operation = 1; failed; operation++)
        {
            using TemporaryFolder folder = new(inMemory: true);
            exchange.Prepare(folder.Path);
            failed = Fails(operation, () => exchange.Exchange(folder.Path));
            Recover(folder.Path);

            string found = FolderSnapshot.Of(folder.Path);
            Assert.True(found == before || found == after, $"an error at operation {operation}:\n{found}");
            exchange.Exchange(folder.Path);
            Assert.Equal(after, FolderSnapshot.Of(folder.Path));
        }
    }

    [Fact]
    public void Nothing_temporary_exists_before_its_name_is_flushed_and_nothing_counts_before_it_is()
    {
        using TemporaryFolder folder = new(inMemory: true);
        ExchangeCase exchange = ExchangeCase.All["a folder written before"];
        exchange.Prepare(folder.Path);

        string target = ExchangeCase.Target(folder.Path);
        List<string> operations = [.. SimulatedDeath.Operations(() => exchange.Exchange(folder.Path))
            .Select(operation => operation.Replace(target, "", StringComparison.Ordinal))];

        int staging = operations.IndexOf("create folder /.adapter-toolkit.new"), moved = operations.IndexOf("move /config");
        int counts = operations.IndexOf("move folder /.adapter-toolkit.ready");
        Assert.True(operations.IndexOf("flush /.adapter-toolkit.exchange") is >= 0 and int journal && journal < staging, string.Join('\n', operations));
        foreach (string name in (string[])[
            "/config", "/tensors", "/templates/a", "/new-templates/b", "/new-templates", "/templates", "/.adapter-toolkit.json", "/.adapter-toolkit.plan", "",
        ])
            Assert.InRange(operations.IndexOf("flush /.adapter-toolkit.new" + name), staging + 1, counts - 1);
        Assert.Equal("flush /.adapter-toolkit.new", operations[counts - 1]);
        Assert.Equal("flush ", operations[counts + 1]);
        Assert.True(moved > counts);
        Assert.InRange(operations.LastIndexOf("flush "), operations.IndexOf("move /.adapter-toolkit.json") + 1,
            operations.IndexOf("delete /.adapter-toolkit.exchange"));
    }

    private static bool Fails(int operation, Action action)
    {
        int count = 0;
        FileOperations.Before = _ =>
        {
            if (++count == operation)
                throw new IOException("No space left on device");
        };
        try
        {
            action();
            return count >= operation;
        }
        catch (IOException exception) when (exception.Message == "No space left on device")
        {
            return true;
        }
        finally
        {
            FileOperations.Before = null;
        }
    }

    /// <summary>Dies twice, recovers, and tells what there is then.</summary>
    /// <returns>Whether the last of the deaths came about.</returns>
    private static bool TryDie(ExchangeCase exchange, int first, Action<string> next, int second, out string found)
    {
        using TemporaryFolder folder = new(inMemory: true);
        exchange.Prepare(folder.Path);
        bool died = SimulatedDeath.Before(first, () => exchange.Exchange(folder.Path));
        if (second > 0)
            died = SimulatedDeath.Before(second, () => next(folder.Path));
        Recover(folder.Path);
        found = FolderSnapshot.Of(folder.Path);
        return died;
    }

    private static void Recover(string folder) => AtomicFolder.Recover(ExchangeCase.Target(folder));

    private static string Snapshot(Action<string> action)
    {
        using TemporaryFolder folder = new(inMemory: true);
        action(folder.Path);
        return FolderSnapshot.Of(folder.Path);
    }
}
