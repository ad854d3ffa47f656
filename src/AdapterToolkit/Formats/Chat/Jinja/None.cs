namespace AdapterToolkit.Formats.Jinja;

/// <summary>Python's <c>None</c>: null in JSON.</summary>
/// <remarks>
/// A value of a template is a <see cref="bool"/>, <see cref="System.Numerics.BigInteger"/>, <see cref="double"/>, <see cref="string"/>, this, or one of the
/// classes whose names end in <c>Value</c>. No value is a null reference, and none can be changed but a <see cref="NamespaceValue"/>.
/// </remarks>
internal sealed class None
{
    private None()
    {
    }

    /// <summary>The only one.</summary>
    public static None Value { get; } = new();
}
