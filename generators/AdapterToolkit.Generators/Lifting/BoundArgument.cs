using AdapterToolkit.Generators.Model;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>What a parameter of a helper, other than a tensor, stands for in one call.</summary>
/// <param name="code">The expression: one without effects that means the same wherever it stands.</param>
/// <param name="type">The parameter's type.</param>
/// <param name="isRematerializable">Whether the backward pass can evaluate the expression again.</param>
/// <param name="isParameter">Whether the expression is a parameter of <c>Forward</c> that nothing assigns.</param>
/// <param name="label">The module's name, where it is one.</param>
/// <param name="variable">The variable that the expression is; null where it is none.</param>
internal sealed class BoundArgument(OpaqueCode code, string type, bool isRematerializable, bool isParameter, string? label, string? variable)
{
    /// <summary>The expression.</summary>
    public OpaqueCode Code { get; } = code;

    /// <summary>The parameter's type.</summary>
    public string Type { get; } = type;

    /// <summary>Whether the backward pass can evaluate the expression again.</summary>
    public bool IsRematerializable { get; } = isRematerializable;

    /// <summary>Whether the expression is a parameter of <c>Forward</c> that nothing assigns.</summary>
    public bool IsParameter { get; } = isParameter;

    /// <summary>The module's name, where it is one.</summary>
    public string? Label { get; } = label;

    /// <summary>The variable that the expression is, or the one that was made to hold it; null where there is none.</summary>
    public string? Variable { get; private set; } = variable;

    /// <summary>Makes a variable that holds the expression.</summary>
    /// <param name="name">Its name.</param>
    public void Hold(string name) => Variable = name;
}
