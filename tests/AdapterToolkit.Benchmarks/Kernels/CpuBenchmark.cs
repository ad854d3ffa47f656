using AdapterToolkit.Devices;
using BenchmarkDotNet.Attributes;

namespace AdapterToolkit.Benchmarks.Kernels;

/// <summary>Benchmarks on the CPU device.</summary>
public abstract class CpuBenchmark : IDisposable
{
    /// <summary>The device.</summary>
    protected CpuDevice Device { get; } = new();

    /// <summary>Gives the device's memory and threads back.</summary>
    [GlobalCleanup]
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    /// <param name="disposing">Whether <see cref="Dispose()"/> was called.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
            Device.Dispose();
    }
}
