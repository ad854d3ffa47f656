using System.Globalization;

namespace AdapterToolkit.Tests.Shared.Mutations;

/// <summary>How many mutants a run tries, and which: environment variables, so that any run can be made longer or repeated.</summary>
internal static class MutationSettings
{
    private const int Ordinary = 150;

    /// <summary>Mutants a reader: ADAPTER_MUTANTS, or the number for an ordinary run.</summary>
    public static int Count => Read("ADAPTER_MUTANTS", Ordinary);

    /// <summary>
    /// The number of the first mutant: ADAPTER_MUTANT_SEED, or 0. A report names it, and with ADAPTER_MUTANTS=1 that mutant alone is tried again.
    /// </summary>
    public static int First => Read("ADAPTER_MUTANT_SEED", 0);

    private static int Read(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
