using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <summary>The access path of an object: the variable and members that lead to it, as <c>model.Layer.</c>.</summary>
internal static class AccessPath
{
    /// <summary>Writes the path of an expression.</summary>
    /// <param name="operation">The expression.</param>
    /// <returns>The path; null where it does not lead to the same object each time.</returns>
    public static string? Of(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local.Name + ".",
        IParameterReferenceOperation parameter => parameter.Parameter.Name + ".",
        IInstanceReferenceOperation => "this.",
        IPropertyReferenceOperation { Arguments.IsEmpty: true, Instance: { } instance } property =>
            Of(instance) is { } path ? path + property.Property.Name + "." : null,
        IFieldReferenceOperation { Instance: { } instance } field => Of(instance) is { } path ? path + field.Field.Name + "." : null,
        IConversionOperation conversion => Of(conversion.Operand),
        _ => null,
    };

    /// <summary>The prefixes of a path, itself included: those of the objects that hold its object.</summary>
    public static IEnumerable<string> Prefixes(string path)
    {
        for (int end = path.IndexOf('.'); end >= 0; end = path.IndexOf('.', end + 1))
            yield return path.Substring(0, end + 1);
    }

    /// <summary>The local variable that a path starts with; null for any other start.</summary>
    public static ILocalSymbol? LocalOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IMemberReferenceOperation member => LocalOf(member.Instance),
        IConversionOperation conversion => LocalOf(conversion.Operand),
        _ => null,
    };

    /// <summary>Whether a local variable is declared with an object that is made there.</summary>
    public static bool IsMadeHere(ILocalSymbol local) =>
        local.DeclaringSyntaxReferences is [{ } declaration]
            && declaration.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax };
}
