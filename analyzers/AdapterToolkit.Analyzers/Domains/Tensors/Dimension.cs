using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>One dimension of a tensor's shape: a constant, or the expression that gives it.</summary>
/// <param name="Text">The expression.</param>
/// <param name="Constant">Its value, where that is known.</param>
internal sealed record Dimension(string Text, long? Constant)
{
    /// <summary>Whether its name says that it is the rank of an adapter: <c>rank</c>, <c>loraRank</c>, <c>r</c>.</summary>
    public bool IsCalledRank
    {
        get
        {
            string name = Text.Substring(Text.LastIndexOf('.') + 1).TrimStart('_');
            return name is "r" or "R" || name.EndsWith("rank", StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>Whether two factors that share a dimension are known to hold fewer numbers than their product.</summary>
    public static bool SavesNumbers(Dimension shared, Dimension rows, Dimension columns) =>
        shared.Constant is { } rank && rows.Constant is { } outFeatures && columns.Constant is { } inFeatures
            && rank * (inFeatures + outFeatures) < inFeatures * outFeatures;

    /// <summary>Reads a dimension from the expression that gives it.</summary>
    public static Dimension From(IOperation operation)
    {
        operation = Expression.Unconverted(operation);
        long? constant = operation.ConstantValue is { HasValue: true, Value: { } value } ? value switch
        {
            int number => number,
            long number => number,
            _ => null,
        } : null;
        return new Dimension(operation.Syntax.ToString(), constant);
    }

    /// <summary>Whether two dimensions are the same number, as far as can be told.</summary>
    public bool Matches(Dimension other) => Constant is { } constant && other.Constant is { } otherConstant ? constant == otherConstant : Text == other.Text;
}
