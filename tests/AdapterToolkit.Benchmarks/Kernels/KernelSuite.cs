using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace AdapterToolkit.Benchmarks.Kernels;

/// <summary>The kernels one by one, by BenchmarkDotNet.</summary>
internal static class KernelSuite
{
    /// <summary>Runs BenchmarkDotNet.</summary>
    /// <param name="arguments">Its own arguments: <c>--filter</c>, <c>--job</c>, <c>--list</c> and so on; none runs all.</param>
    public static void Run(IReadOnlyList<string> arguments)
    {
        // In this process: one of its own would be a generated project, to which the repository's build settings do not apply.
        IConfig config = DefaultConfig.Instance.AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsDefault());
        string[] given = arguments.Count == 0 ? ["--filter", "*"] : [.. arguments];
        BenchmarkSwitcher.FromAssembly(typeof(KernelSuite).Assembly).Run(given, config);
    }
}
