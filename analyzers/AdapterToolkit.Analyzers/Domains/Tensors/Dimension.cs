using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>One dimension of a tensor's shape: a constant, or the expression that gives it.</summary>
/// <param name="Text">The expression, in which a variable stands as the place of its declaration.</param>
/// <param name="Constant">Its value, where that is known.</param>
internal sealed record Dimension(string Text, long? Constant)
{
    /// <summary>Whether two factors that share a dimension are known to hold fewer numbers than their product.</summary>
    public static bool SavesNumbers(Dimension shared, Dimension rows, Dimension columns) =>
        shared.Constant is { } rank && rows.Constant is { } outFeatures && columns.Constant is { } inFeatures
            && rank * (inFeatures + outFeatures) < inFeatures * outFeatures;

    /// <summary>Whether two factors that share a dimension can hold fewer numbers than their product: it is known, or not all three are.</summary>
    public static bool MaySaveNumbers(Dimension shared, Dimension rows, Dimension columns) =>
        SavesNumbers(shared, rows, columns) || shared.Constant is null || rows.Constant is null || columns.Constant is null;

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
        return new Dimension(TextOf(operation), constant);
    }

    /// <summary>Whether two dimensions are the same number, as far as can be told.</summary>
    public bool Matches(Dimension other) => Constant is { } constant && other.Constant is { } otherConstant ? constant == otherConstant : Text == other.Text;

    private static string TextOf(IOperation operation) => Expression.Unconverted(operation) switch
    {
        ILocalReferenceOperation local => TextOf(local.Local),
        IParameterReferenceOperation parameter => TextOf(parameter.Parameter),
        IInstanceReferenceOperation => "this",
        IMemberReferenceOperation { Instance: { } instance, Member: var member } => $"{TextOf(instance)}.{TextOf(member)}",
        IMemberReferenceOperation { Member: var member } => TextOf(member),
        IArrayElementReferenceOperation element => $"{TextOf(element.ArrayReference)}[{string.Join(",", element.Indices.Select(TextOf))}]",
        IBinaryOperation binary => $"({TextOf(binary.LeftOperand)} {binary.OperatorKind} {TextOf(binary.RightOperand)})",
        var other => other.Syntax.ToString(),
    };

    private static string TextOf(ISymbol symbol) =>
        symbol.Locations.FirstOrDefault(place => place.IsInSource) is { SourceTree.FilePath: var path } place
            ? $"{path}:{place.SourceSpan.Start}"
            : symbol.Name;
}
