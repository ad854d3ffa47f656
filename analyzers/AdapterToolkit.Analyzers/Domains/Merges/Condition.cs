using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// Texts for conditions that mean the same each time until a variable in them changes. A comparison for equality is written
/// <c>left==right</c>, a constant to the right and in quotes; a variable ends in a semicolon.
/// </summary>
internal static class Condition
{
    private const string Equality = "==";

    /// <summary>Writes a condition.</summary>
    /// <param name="operation">The condition.</param>
    /// <param name="resolve">Gives the expression that was kept for later.</param>
    /// <param name="pathOf">Gives the path of a field or property; null where it has none.</param>
    /// <param name="holds">Turned around where the text says the contrary of the condition.</param>
    /// <returns>The text; null for a condition that may mean something else each time.</returns>
    public static string? Write(IOperation? operation, Func<IOperation, IOperation> resolve, Func<IOperation, string?> pathOf, ref bool holds)
    {
        while (true)
        {
            operation = operation is null ? null : resolve(operation);
            switch (operation)
            {
                case IUnaryOperation { OperatorKind: UnaryOperatorKind.Not } negation:
                    operation = negation.Operand;
                    holds = !holds;
                    break;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals } equality:
                    holds ^= equality.OperatorKind == BinaryOperatorKind.NotEquals;
                    return Compare(Term(equality.LeftOperand, resolve, pathOf), Term(equality.RightOperand, resolve, pathOf));
                case IIsPatternOperation { Pattern: INegatedPatternOperation { Pattern: IConstantPatternOperation constant } } pattern:
                    holds = !holds;
                    return Compare(Term(pattern.Value, resolve, pathOf), Term(constant.Value, resolve, pathOf));
                case IIsPatternOperation { Pattern: IConstantPatternOperation constant } pattern:
                    return Compare(Term(pattern.Value, resolve, pathOf), Term(constant.Value, resolve, pathOf));
                case IIsNullOperation isNull:
                    return Compare(Term(isNull.Operand, resolve, pathOf), "''");
                default:
                    return operation is null ? null : Term(operation, resolve, pathOf);
            }
        }
    }

    /// <summary>The name of a variable in conditions.</summary>
    public static string NameOf(ISymbol variable) =>
        string.Format(CultureInfo.InvariantCulture, "{0}@{1};", variable.Name, variable.Locations.FirstOrDefault()?.SourceSpan.Start ?? 0);

    /// <summary>The name of a field or property in conditions.</summary>
    public static string NameOf(string path) => path + ";";

    /// <summary>Whether a condition depends on a variable.</summary>
    public static bool Names(string condition, string variable)
    {
        int at = condition.IndexOf(variable, StringComparison.Ordinal);
        return at == 0 || (at > 0 && !char.IsLetterOrDigit(condition[at - 1]) && condition[at - 1] is not ('_' or '.'));
    }

    /// <summary>Whether a condition is that a variable equals something else.</summary>
    public static bool Compares(string condition, string variable)
    {
        int at = condition.IndexOf(Equality, StringComparison.Ordinal);
        if (at < 0)
            return false;
        string left = condition.Substring(0, at), right = condition.Substring(at + Equality.Length);
        return left == variable ? !Names(right, variable) : right == variable && !Names(left, variable);
    }

    /// <summary>What a condition compares with a constant; null for any other condition.</summary>
    public static string? ConstantlyCompared(string condition) =>
        condition.EndsWith("'", StringComparison.Ordinal) && condition.IndexOf(Equality, StringComparison.Ordinal) is > 0 and var at
            ? condition.Substring(0, at)
            : null;

    private static string? Compare(string? left, string? right)
    {
        if (left is null || right is null)
            return null;
        return left.StartsWith("'", StringComparison.Ordinal) ? right + Equality + left : left + Equality + right;
    }

    private static string? Term(IOperation operation, Func<IOperation, IOperation> resolve, Func<IOperation, string?> pathOf)
    {
        operation = resolve(operation);
        if (operation.ConstantValue is { HasValue: true, Value: var constant })
            return "'" + Convert.ToString(constant, CultureInfo.InvariantCulture)?.Replace('=', ' ') + "'";
        switch (operation)
        {
            case ILocalReferenceOperation local:
                return NameOf(local.Local);
            case IParameterReferenceOperation parameter:
                return NameOf(parameter.Parameter);
            case IFieldReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: false }:
                return pathOf(operation) is { } path ? NameOf(path) : null;
            case IConversionOperation conversion:
                return Term(conversion.Operand, resolve, pathOf);
            case IBinaryOperation binary when Term(binary.LeftOperand, resolve, pathOf) is { } left && Term(binary.RightOperand, resolve, pathOf) is { } right:
                return new StringBuilder("(").Append(left).Append(' ').Append(binary.OperatorKind).Append(' ').Append(right).Append(')').ToString();
            default:
                return null;
        }
    }
}
