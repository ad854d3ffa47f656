namespace AdapterToolkit.Tests.Support;

/// <summary>Whether tests that have a long form do it: where ADAPTER_LONG_TESTS is 1.</summary>
internal static class LongTests
{
    /// <summary>Whether they do.</summary>
    public static bool Asked => Environment.GetEnvironmentVariable("ADAPTER_LONG_TESTS") == "1";
}
