using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>
/// Elements of collections. A collection is what all of its elements are; one that is taken by an index or key which is written out is told apart.
/// </content>
internal sealed partial class ValueFlow
{
    /// <summary>How many elements of one collection are told apart at most.</summary>
    private const int MostElements = 16;

    /// <summary>A collection that is written out: each of its elements is known by its index, where they are not all alike.</summary>
    private static Value Indexed(Value collection, List<Value> values, ImmutableArray<IOperation> elements)
    {
        if (collection.IsUnknown || values.Count is < 2 or > MostElements || values.All(value => value.Equals(values[0]))
            || elements.Any(element => element is ISpreadOperation || TensorTypes.IsScalar(element.Type)))
            return collection;
        for (int i = 0; i < values.Count; i++)
            collection = collection.WithElement(i, values[i]).WithElement($"^{values.Count - i}", values[i]);
        return collection;
    }

    /// <summary>What stands at an index or key of a collection.</summary>
    /// <param name="collection">What the collection is.</param>
    /// <param name="type">Its type.</param>
    /// <param name="key">The index or key.</param>
    private static Value ElementAt(Value collection, ITypeSymbol? type, IOperation? key) => KeyOf(key) is { } written ? collection.At(written)
        : key is IUnaryOperation { OperatorKind: UnaryOperatorKind.Hat, Operand: var last } ? collection.At($"^{KeyOf(last)}")
        : key is IRangeOperation { LeftOperand: not null } or IRangeOperation { RightOperand: not null } ? collection.WithoutElements().Chosen()
        : type?.Name.EndsWith("Dictionary", StringComparison.Ordinal) == true ? collection.AtUnknown()
        : collection.WithoutElements();

    /// <summary>An index or key that is written out; null for any other.</summary>
    private static object? KeyOf(IOperation? key) => key?.ConstantValue is { HasValue: true, Value: { } written } ? written : null;

    /// <summary>
    /// A value is put into a collection. The adapter's term is not followed there: what is beside it may be W's. Nor is W + BA, which is kept.
    /// </summary>
    /// <param name="collection">The collection.</param>
    /// <param name="value">The value.</param>
    /// <param name="key">The index or key that it is put at; null where that is not known.</param>
    private void Add(IOperation collection, Value value, IOperation? key = null)
    {
        if (value.Kind == ValueKind.Merged)
            _kept.UnionWith(value.Origins);
        bool isFollowed = !value.IsUnknown && value.Kind is not (ValueKind.AdapterTerm or ValueKind.Merged);
        object? written = KeyOf(key);
        if (!isFollowed && written is null)
            return;
        Value before = Evaluate(collection);
        if (!isFollowed && before.IsUnknown)
            return;
        Value after = isFollowed ? Value.Combine(before, value.WithoutElements()) : before;
        if (written is not null)
            after = after.WithoutLast().WithElement(written, isFollowed ? value : Value.Other);
        else if (before.KnowsElements || (!before.IsUnknown && before.Kind != value.Kind))
            after = after.Mixed();
        Replace(collection, after);
    }

    /// <summary>Whether a method of the system leaves the elements of a collection where they are.</summary>
    private static bool KeepsPlaces(IMethodSymbol method) => method.Name is "ToArray" or "ToList" or "AsSpan" or "AsMemory" or "AsReadOnly" or "AsEnumerable"
        or "ToImmutableArray" or "ToImmutableList" or "ElementAt" or "ElementAtOrDefault" or "First" or "FirstOrDefault" or "Last" or "LastOrDefault"
            or "TryGetValue" or "GetValueOrDefault";

    /// <summary>The element that a method of the system takes out of a collection by its place; null for other methods.</summary>
    private static Value? Taken(IInvocationOperation call, Value elements) => call.TargetMethod.Name switch
    {
        "First" or "FirstOrDefault" when call.Arguments.Length == 1 => elements.At(0),
        "Last" or "LastOrDefault" when call.Arguments.Length == 1 => elements.At("^1"),
        "ElementAt" or "ElementAtOrDefault" => ElementAt(elements, type: null, GivenAs(call, "index")),
        "TryGetValue" or "GetValueOrDefault" => ElementAt(elements, call.Instance?.Type ?? call.Arguments[0].Value.Type, GivenAs(call, "key")),
        _ => null,
    };
}
