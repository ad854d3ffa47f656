using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>The paths that lead to objects.</content>
internal sealed partial class MergeFlow
{
    /// <summary>The paths of what methods of the compilation returned.</summary>
    private readonly Dictionary<IOperation, string?> _results = [];

    /// <summary>The collection of which <c>foreach</c> takes an element; null for any other expression.</summary>
    private string? ElementOf(IOperation value) => CurrentOf(value) is { } current ? PathOf(current.Instance) : null;

    /// <summary>Whether an expression is what <c>foreach</c> takes next.</summary>
    private static bool IsElement(IOperation value) => CurrentOf(value) is not null;

    private static IPropertyReferenceOperation? CurrentOf(IOperation value) =>
        Expression.Unconverted(value) is IPropertyReferenceOperation current && IsOfEnumerator(current) ? current : null;

    /// <summary>The path that leads to an object; null where none is known.</summary>
    private string? PathOf(IOperation? operation)
    {
        switch (operation)
        {
            case ILocalReferenceOperation local:
                return Known(_state.PathOf(local.Local) ?? local.Local.Name);
            case IParameterReferenceOperation parameter:
                return Known(_state.PathOf(parameter.Parameter) ?? parameter.Parameter.Name);
            case IInstanceReferenceOperation:
                return self;
            case IFlowCaptureReferenceOperation reference:
                return Known(_state.PathOf(reference.Id));
            case IConversionOperation conversion:
                return PathOf(conversion.Operand);
            case IAwaitOperation wait:
                return PathOf(wait.Operation);
            case IFieldReferenceOperation field:
                return field.Instance is null ? StaticPath(field) : PathOf(field.Instance) is { } holder ? $"{holder}.{field.Field.Name}" : null;
            case IPropertyReferenceOperation { Property.IsIndexer: false } property when !IsOfEnumerator(property):
                if (types.IsTrainer(property.Property.ContainingType) && property.Property.Name == "Model")
                    return PathOf(property.Instance);
                return property.Instance is null ? StaticPath(property) : PathOf(property.Instance) is { } owner ? $"{owner}.{property.Property.Name}" : null;
            case IPropertyReferenceOperation { Property.IsIndexer: true, Arguments: [{ Value: var index }] } element:
                return ElementAt(element.Instance, index);
            case IArrayElementReferenceOperation { Indices: [var index] } element:
                return ElementAt(element.ArrayReference, index);
            case IObjectCreationOperation creation when types.IsTrainer(creation.Type) && creation.Arguments.Length > 0:
                return PathOf(creation.Arguments[0].Value);
            case IInvocationOperation { TargetMethod.Name: "GetEnumerator" or "GetAsyncEnumerator" } enumerator:
                return PathOf(enumerator.Instance ?? enumerator.Arguments.FirstOrDefault()?.Value) is { } sequence ? sequence + "{}" : null;
            case IInvocationOperation { TargetMethod.Name: "ConfigureAwait" } wait:
                return PathOf(wait.Instance);
            case IInvocationOperation call:
                return _results.TryGetValue(call, out string? result) ? result : null;
            default:
                return null;
        }
    }

    private string? ElementAt(IOperation? collection, IOperation index)
    {
        string? text = index switch
        {
            { ConstantValue: { HasValue: true, Value: var constant } } => constant?.ToString(),
            ILocalReferenceOperation local => Condition.NameOf(local.Local),
            IParameterReferenceOperation parameter => Condition.NameOf(parameter.Parameter),
            _ => null,
        };
        return text is not null && PathOf(collection) is { } list ? $"{list}[{text}]" : null;
    }

    private static string StaticPath(IMemberReferenceOperation member) => $"{member.Member.ContainingType?.Name}.{member.Member.Name}";

    private static bool IsOfEnumerator(IPropertyReferenceOperation property) =>
        property.Property is { Name: "Current", IsStatic: false } && property.Property.ContainingType is { } type
            && type.GetMembers("MoveNext").Concat(type.AllInterfaces.SelectMany(parent => parent.GetMembers("MoveNext")))
                .Concat(type.GetMembers("MoveNextAsync")).Any();

    private static string? Known(string? path) => path == MergeState.Ambiguous ? null : path;
}
