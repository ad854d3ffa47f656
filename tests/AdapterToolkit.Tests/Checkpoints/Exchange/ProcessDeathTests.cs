using System.Diagnostics;
using AdapterToolkit.Formats;
using AdapterToolkit.Tests.Support;
using Xunit;

namespace AdapterToolkit.Tests.Checkpoints;

/// <summary>What <see cref="ExchangeDeathTests"/> plays within one process, with processes that are killed.</summary>
public sealed class ProcessDeathTests
{
    private const string Case = "a folder written before, with files of others";

    /// <summary>Before the journal is written, before the files count, and when some of them are in place.</summary>
    private static readonly int[] s_short = [3, 40, 52];

    [Fact]
    public void A_killed_process_leaves_what_the_next_one_cleans()
    {
        ExchangeCase exchange = ExchangeCase.All[Case];
        using TemporaryFolder folder = new();
        exchange.Prepare(folder.Path);
        string before = FolderSnapshot.Of(folder.Path);
        int operations;
        string after;
        using (TemporaryFolder whole = new())
        {
            exchange.Prepare(whole.Path);
            operations = SimulatedDeath.Operations(() => exchange.Exchange(whole.Path)).Count;
            after = FolderSnapshot.Of(whole.Path);
        }

        HashSet<string> found = [];
        foreach (int operation in LongTests.Asked ? Enumerable.Range(1, operations) : s_short)
        {
            using TemporaryFolder each = new();
            exchange.Prepare(each.Path);
            for (int time = 0; time < 2; time++)
            {
                using Process process = ChildProcess.Start(Case, each.Path, Math.Min(operation, operations));
                process.WaitForExit();
                Assert.NotEqual(0, process.ExitCode);
            }

            AtomicFolder.Recover(ExchangeCase.Target(each.Path));
            string state = FolderSnapshot.Of(each.Path);
            Assert.True(state == before || state == after, $"killed twice before operation {operation}:\n{state}");
            found.Add(state);
        }

        Assert.Equal(2, found.Count);
    }
}
