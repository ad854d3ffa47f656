using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Which numbers of which matrices an expression takes.</content>
internal sealed partial class LoopReader
{
    /// <summary>Notes what an operation tells about variables: what they are given, count, or are elements of.</summary>
    private void Note(IOperation operation)
    {
        switch (operation)
        {
            case IVariableDeclaratorOperation { Symbol: var local, Initializer.Value: { } initial }:
                Give(local, initial);
                break;
            case IAssignmentOperation assignment when VariableOf(assignment.Target) is { } variable:
                Give(variable, assignment.Value);
                break;
            case IIncrementOrDecrementOperation step when VariableOf(step.Target) is { } counter:
                _counters.Add(counter);
                break;
            case IForEachLoopOperation { LoopControlVariable: IVariableDeclaratorOperation { Symbol: var element }, Collection: var collection }:
                if (IsInteger(element.Type))
                    _counters.Add(element);
                else
                    _collections[element] = collection;
                break;
            case IAnonymousFunctionOperation { Symbol.Parameters: { IsEmpty: false } parameters } function when CallWith(function) is { } call:
                for (int i = 0; i < parameters.Length; i++)
                {
                    if (!IsInteger(parameters[i].Type) && ElementsGiven(call, i) is { } elements)
                        _collections[parameters[i]] = elements;
                }

                break;
        }
    }

    private void Give(ISymbol variable, IOperation value)
    {
        if (!_given.TryGetValue(variable, out List<IOperation>? values))
            _given.Add(variable, values = []);
        values.Add(value);
    }

    /// <summary>The call of a method of the system that is handed a function; null where another one is, or none.</summary>
    private static IInvocationOperation? CallWith(IOperation function)
    {
        IOperation? around = function.Parent;
        while (around is IDelegateCreationOperation or IConversionOperation or IArgumentOperation)
            around = around.Parent;
        return around is IInvocationOperation call && TensorTypes.IsInNamespace(call.TargetMethod, "System") ? call : null;
    }

    /// <summary>The collection whose elements a parameter of a function is given; null where that is not known.</summary>
    private static IOperation? ElementsGiven(IInvocationOperation call, int parameter) => call.TargetMethod.Name switch
    {
        "Zip" => call.Arguments.ElementAtOrDefault(call.Instance is null ? parameter : parameter - 1)?.Value,
        "Aggregate" => parameter == 1 ? SourceOf(call) : null,
        _ => parameter == 0 ? SourceOf(call) : null,
    };

    private static IOperation? SourceOf(IInvocationOperation call) => call.Instance ?? call.Arguments.FirstOrDefault()?.Value;

    private static bool IsElement(IOperation operation) => Bare(operation) switch
    {
        IArrayElementReferenceOperation or IPropertyReferenceOperation { Property.IsIndexer: true } or IImplicitIndexerReferenceOperation =>
            Bare(operation).Type is not (null or IArrayTypeSymbol or INamedTypeSymbol { IsGenericType: true }),
        IInvocationOperation { TargetMethod: { Name: "Add", ContainingType.Name: "Unsafe" } } => true,
        _ => false,
    };

    /// <summary>Whether an expression is a number of a matrix, or a sum of such.</summary>
    private bool IsNumber(IOperation expression, HashSet<ISymbol> seen)
    {
        IOperation operation = Bare(expression);
        return IsElement(operation) || operation switch
        {
            ILocalReferenceOperation or IParameterReferenceOperation when VariableOf(operation) is { } variable && IsSingle(operation.Type) =>
                !IsInteger(operation.Type) && (_collections.ContainsKey(variable)
                    || (seen.Add(variable) && _given.TryGetValue(variable, out List<IOperation>? given) && given.Any(value => IsNumber(value, seen)))),
            IBinaryOperation
            {
                OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract or BinaryOperatorKind.Multiply or BinaryOperatorKind.Divide
            } binary => IsNumber(binary.LeftOperand, seen) || IsNumber(binary.RightOperand, seen),
            IUnaryOperation unary => IsNumber(unary.Operand, seen),
            _ => false,
        };
    }

    private Numbers NumbersOf(IOperation expression)
    {
        Gathered gathered = new();
        Gather(expression, gathered);
        return new Numbers(expression, [.. gathered.Sources], [.. gathered.Indices], LastOf(expression));
    }

    /// <summary>A row of numbers, which is taken from a matrix.</summary>
    private Numbers RowOf(IOperation row) => NumbersOf(row) with { Last = [] };

    /// <summary>The numbers of an operand that a method multiplies by others, where it is told which.</summary>
    private Numbers? RowOf(IInvocationOperation call, int operand, ImmutableArray<int> places)
    {
        if (GivenTo(call, operand) is not { } given)
            return null;
        Gathered gathered = new();
        Gather(given, gathered);
        foreach (int place in places)
        {
            if (GivenTo(call, place) is { } index)
                Gather(index, gathered);
        }

        return new Numbers(given, [.. gathered.Sources], [.. gathered.Indices], []);
    }

    private void Gather(IOperation expression, Gathered gathered)
    {
        IOperation operation = Bare(expression);
        if (IndexOf(operation) is { } index)
        {
            gathered.Indices.Add(index);
            return;
        }

        switch (operation)
        {
            case IAnonymousFunctionOperation:
                return;
            case IInvocationOperation { TargetMethod.ReturnType: var returned } counted when IsInteger(returned):
                foreach (IArgumentOperation argument in counted.Arguments.Where(argument => IsInteger(argument.Value.Type)))
                    Gather(argument.Value, gathered);
                return;
            case IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } member:
                GatherMember(member, gathered);
                return;
            case ILocalReferenceOperation or IParameterReferenceOperation when VariableOf(operation) is { } variable:
                GatherVariable(variable, gathered);
                return;
            default:
                foreach (IOperation child in operation.ChildOperations)
                    Gather(child, gathered);
                return;
        }
    }

    private void GatherMember(IMemberReferenceOperation member, Gathered gathered)
    {
        bool isIndexer = member is IPropertyReferenceOperation { Property.IsIndexer: true };
        if (member.Instance is null or IInstanceReferenceOperation && (isIndexer || !TensorTypes.IsScalar(member.Type)))
            gathered.Sources.Add(member.Member.OriginalDefinition);
        else if (member.Instance is { } instance && !IsInteger(member.Type))
            Gather(instance, gathered);
        foreach (IArgumentOperation argument in (member as IPropertyReferenceOperation)?.Arguments ?? [])
            Gather(argument.Value, gathered);
    }

    private void GatherVariable(ISymbol variable, Gathered gathered)
    {
        if (!gathered.Seen.Add(variable))
            return;
        if (_collections.TryGetValue(variable, out IOperation? collection))
        {
            gathered.Indices.Add(ElementIndex(variable));
            Gather(collection, gathered);
            return;
        }

        bool isScalar = IsSingle(variable is ILocalSymbol local ? local.Type : ((IParameterSymbol)variable).Type);
        int before = gathered.Sources.Count;
        if (variable is ILocalSymbol && _given.TryGetValue(variable, out List<IOperation>? given))
        {
            foreach (IOperation value in given)
                Gather(value, gathered);
        }

        if (!isScalar && gathered.Sources.Count == before)
            gathered.Sources.Add(variable);
    }

    /// <summary>What an integer says about which number is meant; null for one that says nothing, as the size of a row.</summary>
    private LoopIndex? IndexOf(IOperation operation) => Bare(operation) switch
    {
        ILocalReferenceOperation { Local: var local } when IsCounter(local) => new LoopIndex(local),
        IParameterReferenceOperation { Parameter: { ContainingSymbol: IMethodSymbol function } parameter } when IsInteger(parameter.Type) =>
            function.MethodKind == MethodKind.AnonymousFunction ? new LoopIndex(function)
                : function.MethodKind == MethodKind.LocalFunction && !IsBodyOf(function) ? new LoopIndex(parameter)
                : null,
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Divide or BinaryOperatorKind.Remainder } part
            when IsInteger(part.Type) && IndexOf(part.LeftOperand) is { Part: BinaryOperatorKind.None } whole => whole with { Part = part.OperatorKind },
        _ => null,
    };

    /// <summary>What counts the elements that a variable of a loop, or a parameter of a function, stands for one after another.</summary>
    private static LoopIndex ElementIndex(ISymbol element) => new(element is IParameterSymbol { ContainingSymbol: var function } ? function : element);

    private bool IsBodyOf(IMethodSymbol function) =>
        _body is ILocalFunctionOperation { Symbol: var own } && SymbolEqualityComparer.Default.Equals(own.OriginalDefinition, function.OriginalDefinition);

    /// <summary>What steps from one number of an expression's matrix to the next in memory; none where that can't be told.</summary>
    private ImmutableHashSet<LoopIndex> LastOf(IOperation expression)
    {
        IOperation operation = Bare(expression);
        switch (operation)
        {
            case IArrayElementReferenceOperation { Indices: { IsEmpty: false } indices }:
                return StepsOf(indices[indices.Length - 1]);
            case IPropertyReferenceOperation { Property.IsIndexer: true, Arguments: { IsEmpty: false } arguments }:
                return StepsOf(arguments[arguments.Length - 1].Value);
            case IImplicitIndexerReferenceOperation indexer:
                return StepsOf(indexer.Argument);
            case IInvocationOperation { TargetMethod: { Name: "Add", ContainingType.Name: "Unsafe" }, Arguments: [_, { Value: var offset }] }:
                return StepsOf(offset);
            case IUnaryOperation unary:
                return LastOf(unary.Operand);
            case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add or BinaryOperatorKind.Subtract } sum:
                ImmutableHashSet<LoopIndex> last = LastOf(sum.LeftOperand);
                return last.SetEquals(LastOf(sum.RightOperand)) ? last : [];
            case ILocalReferenceOperation or IParameterReferenceOperation when VariableOf(operation) is { } variable:
                return _collections.ContainsKey(variable) ? [ElementIndex(variable)]
                    : IsGivenOnce(variable) ? LastOf(_given[variable][0])
                    : [];
            default:
                return [];
        }
    }

    /// <summary>The indices by whose steps an offset grows by one.</summary>
    private ImmutableHashSet<LoopIndex> StepsOf(IOperation offset)
    {
        IOperation operation = Bare(offset);
        if (IndexOf(operation) is { } index)
            return [index];
        return operation switch
        {
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum => StepsOf(sum.LeftOperand).Union(StepsOf(sum.RightOperand)),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Subtract } difference => StepsOf(difference.LeftOperand),
            ILocalReferenceOperation { Local: var local } when IsGivenOnce(local) => StepsOf(_given[local][0]),
            _ => [],
        };
    }

    private static ISymbol? VariableOf(IOperation operation) => Expression.VariableOf(Bare(operation));

    private static bool IsInteger(ITypeSymbol? type) =>
        type?.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_UInt64 or SpecialType.System_IntPtr;

    private static bool IsSingle(ITypeSymbol? type) => type is ITypeParameterSymbol || TensorTypes.IsScalar(type);

    /// <summary>Whether a local counts the steps of a loop.</summary>
    private bool IsCounter(ILocalSymbol local) => IsInteger(local.Type)
        && (_counters.Contains(local)
            || (local.DeclaringSyntaxReferences is [{ } reference] && reference.GetSyntax() is VariableDeclaratorSyntax { Parent.Parent: ForStatementSyntax }));

    /// <summary>What is found on the way through an expression.</summary>
    private sealed class Gathered
    {
        public HashSet<ISymbol> Sources { get; } = new(SymbolEqualityComparer.Default);

        public HashSet<LoopIndex> Indices { get; } = [];

        public HashSet<ISymbol> Seen { get; } = new(SymbolEqualityComparer.Default);
    }
}
