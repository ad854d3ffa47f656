using System.Diagnostics;
using Xunit;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>
/// Gives a reader one mutant after the other. Each is read, or refused with a documented exception that names the file, in bounded time and memory,
/// and a refusal leaves everything as it was.
/// </summary>
internal sealed class MutationRun
{
    private const int MostFaults = 5;

    /// <summary>What a failed read may allocate: some times what reading the undamaged files takes, and this.</summary>
    private const long AllowedBytes = 16 << 20;

    private static readonly TimeSpan s_longestWork = TimeSpan.FromSeconds(20), s_longestWait = TimeSpan.FromMinutes(2);

    private readonly MutatedReader _reader;
    private readonly string _root;
    private readonly List<string> _faults = [];
    private long _ordinaryBytes;
    private int _refused;
    private volatile Current? _current;

    private MutationRun(MutatedReader reader, string root)
    {
        _reader = reader;
        _root = root;
    }

    /// <summary>Tries the mutants that <see cref="MutationSettings"/> names, and fails with a line for each that the reader does not bear.</summary>
    /// <param name="reader">The reader.</param>
    public static void Of(MutatedReader reader)
    {
        string memory = "/dev/shm";
        string root = Path.Combine(Directory.Exists(memory) ? memory : Path.GetTempPath(), $"adapter-mutants-{Guid.NewGuid():N}");
        Directory.CreateDirectory(root);
        try
        {
            MutationRun run = new(reader, root);
            run.Run();
            Assert.True(run._faults.Count == 0, string.Join(Environment.NewLine, run._faults));
            TestContext.Current.TestOutputHelper?.WriteLine($"{reader.Name}: {MutationSettings.Count} mutants, {run._refused} refused.");
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private void Run()
    {
        ReadUndamaged();
        Exception? failure = null;
        Thread worker = new(
            () =>
            {
                try
                {
                    for (int number = MutationSettings.First; number < MutationSettings.First + MutationSettings.Count && _faults.Count < MostFaults; number++)
                        Try(number);
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            },
            maxStackSize: 1 << 20)
        {
            IsBackground = true,
            Name = $"Mutants of {_reader.Name}",
        };
        worker.Start();
        while (!worker.Join(TimeSpan.FromMilliseconds(100)))
        {
            if (_current is { } current && current.IsTooLong())
                Assert.Fail(Report(current.Number, current.Folder, "does not end"));
        }

        if (failure is not null)
            throw new InvalidOperationException($"{_reader.Name}: the harness failed.", failure);
    }

    /// <summary>Undamaged files must be read; what that allocates is the measure for damaged ones.</summary>
    private void ReadUndamaged()
    {
        foreach (IReadOnlyDictionary<string, byte[]> seed in _reader.Seeds)
        {
            string folder = Directory.CreateDirectory(Path.Combine(_root, "undamaged")).FullName;
            foreach ((string name, byte[] bytes) in seed)
            {
                string path = Path.Combine(folder, name);
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, bytes);
            }

            _reader.Prepare(folder);
            long before = GC.GetAllocatedBytesForCurrentThread();
            _reader.Read(folder);
            _ordinaryBytes = Math.Max(_ordinaryBytes, GC.GetAllocatedBytesForCurrentThread() - before);
            Directory.Delete(folder, recursive: true);
        }
    }

    private void Try(int number)
    {
        string folder = Path.Combine(_root, $"mutant-{number}");
        Directory.CreateDirectory(folder);
        Mutant mutant = new(_reader, number);
        mutant.Write(folder);
        _reader.Prepare(folder);
        string state = _reader.State();
        long held = _reader.HeldBytes, before = GC.GetAllocatedBytesForCurrentThread();
        _current = new Current(number, folder);
        Exception? error = null;
        try
        {
            _reader.Read(folder);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        _current = null;
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (Problem(mutant, folder, error, allocated, state, held) is { } problem)
            _faults.Add(Report(number, folder, $"{mutant.FileName}, {mutant.Damage}: {problem}"));
        if (error is not null)
            _refused++;
        Directory.Delete(folder, recursive: true);
    }

    private string? Problem(Mutant mutant, string folder, Exception? error, long allocated, string state, long held)
    {
        long allowed = AllowedBytes + (4 * _ordinaryBytes) + (16 * mutant.Bytes);
        if (allocated > allowed)
            return $"allocates {allocated} bytes for files of {mutant.Bytes}; {allowed} are allowed.";
        if (error is null)
            return null;
        if (!_reader.IsDocumented(error))
            return $"fails with an exception that is not documented: {error}";
        if (!error.Message.Contains(folder, StringComparison.Ordinal))
            return $"fails with a message that names no file: {error.GetType().Name}: {error.Message}";
        if (_reader.HeldBytes != held)
            return $"fails, and the device holds {_reader.HeldBytes} bytes where it held {held}: {error.Message}";
        return _reader.State() == state ? null : $"fails and leaves another state: {error.Message}";
    }

    /// <summary>Keeps the files, and says how to try them again.</summary>
    private string Report(int number, string folder, string problem)
    {
        string kept = Path.Combine(Path.GetTempPath(), "adapter-mutants", $"{_reader.Name}-{number}");
        Directory.CreateDirectory(kept);
        foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles().Where(file => file is { LinkTarget: null, Length: > 0 }))
            file.CopyTo(Path.Combine(kept, file.Name), overwrite: true);
        return $"{_reader.Name}, mutant {number}: {problem}{Environment.NewLine}  again: "
            + $"ADAPTER_MUTANTS=1 ADAPTER_MUTANT_SEED={number}; its files are kept in {kept}";
    }

    /// <summary>
    /// The mutant that is being read. A busy machine is slow, so that time is measured as the process's work; what waits for something does none.
    /// </summary>
    private sealed record Current(int Number, string Folder)
    {
        private readonly TimeSpan _work = Environment.CpuUsage.TotalTime;
        private readonly Stopwatch _watch = Stopwatch.StartNew();

        public bool IsTooLong() => _watch.Elapsed > s_longestWait
            || (_watch.Elapsed > s_longestWork && Environment.CpuUsage.TotalTime - _work > s_longestWork);
    }
}
