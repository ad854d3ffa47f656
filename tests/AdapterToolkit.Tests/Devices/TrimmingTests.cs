using System.Reflection;
using AdapterToolkit.Devices;
using Xunit;

namespace AdapterToolkit.Tests.Devices;

/// <summary>The library says that programs may be trimmed and compiled to native code with it.</summary>
public sealed class TrimmingTests
{
    [Fact]
    public void TheLibraryIsMarkedTrimmable() =>
        Assert.Contains(typeof(ComputeDevice).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>(), data => data is { Key: "IsTrimmable", Value: "True" });
}
