using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Objects that are made: parameters, collections, and classes of the compilation.</content>
internal sealed partial class ValueFlow
{
    private Value Creation(IObjectCreationOperation creation)
    {
        Value[] values = [.. Enumerable.Repeat(Value.Other, creation.Constructor?.Parameters.Length ?? 0)];
        foreach (IArgumentOperation argument in creation.Arguments)
        {
            Value value = Evaluate(argument.Value);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Length)
                values[parameter.Ordinal] = value;
        }

        ImmutableArray<Value> arguments = [.. values];
        Show(rule => rule.OnCreation(this, creation, arguments));
        Value result = Created(creation, arguments);
        if (creation.Initializer is not null)
            Evaluate(creation.Initializer);
        return result;
    }

    private Value Created(IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
        ITypeSymbol? type = creation.Type;
        if (TensorTypes.Is(type, Types.Parameter) || TensorTypes.Is(type, Types.TorchParameter))
            return arguments.Length > 0 ? Trained(creation, arguments[0]) : Value.Other;
        if (type is null || TensorTypes.IsInNamespace(type, "System") || Types.IsMatrix(type) || Types.IsOfTorch(type))
            return arguments.Aggregate(Value.Other, Value.Combine);
        if (creation.Constructor is not { } constructor)
            return Value.Other;
        ImmutableDictionary<string, Value> members = ImmutableDictionary<string, Value>.Empty;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].Equals(Value.Other))
                continue;
            foreach (ISymbol holder in HoldersOf(constructor, constructor.Parameters[i], MostBases))
                members = members.SetItem(Key(holder), IsOfItsOwnKind(holder, constructor.ContainingType) ? arguments[i].Flat() : arguments[i]);
        }

        if (arguments.All(argument => argument.IsUnknown)
            || RunBody(constructor, arguments, Value.Other) is not { } body)
        {
            return OfClass(Value.Object(members), constructor.ContainingType);
        }

        Repeat(body.Findings, creation.Syntax);
        return OfClass(Value.Object(members.SetItems(body.Exit[This].Members)), constructor.ContainingType);
    }

    /// <summary>Whether a member, or a collection that it is, holds objects of a class that the object itself is of, as the nodes of a tree do.</summary>
    private static bool IsOfItsOwnKind(ISymbol holder, INamedTypeSymbol type)
    {
        ITypeSymbol? held = holder switch
        {
            IPropertySymbol property => property.Type,
            IFieldSymbol field => field.Type,
            IParameterSymbol parameter => parameter.Type,
            _ => null,
        };
        held = held switch
        {
            IArrayTypeSymbol array => array.ElementType,
            INamedTypeSymbol { TypeArguments: [{ } element] } => element,
            _ => held,
        };
        return KnownTypes.SelfAndBases(type).Where(own => own.SpecialType == SpecialType.None).Concat(type.AllInterfaces)
            .Any(own => SymbolEqualityComparer.Default.Equals(own.OriginalDefinition, held?.OriginalDefinition));
    }

    /// <summary>An object, and its class where an operator of a type parameter can be one of that class.</summary>
    private static Value OfClass(Value value, INamedTypeSymbol type) =>
        !value.Members.IsEmpty && type.AllInterfaces.Any(static @interface => @interface.GetMembers().Any(
            static member => member is IMethodSymbol { MethodKind: MethodKind.UserDefinedOperator, IsAbstract: true }))
            ? value.Of(type.OriginalDefinition)
            : value;

    /// <summary>
    /// What keeps the argument of a constructor: each member that is given it and nothing else, or else the class's own parameter, so that an object in an
    /// object is known once.
    /// </summary>
    private IEnumerable<ISymbol> HoldersOf(IMethodSymbol constructor, IParameterSymbol parameter, int depth)
    {
        parameter = parameter.OriginalDefinition;
        INamedTypeSymbol type = constructor.ContainingType.OriginalDefinition;
        ClassCode code = _analysis.LowRank.CodeOf(type);
        bool isHeld = false;
        foreach (ISymbol member in type.GetMembers())
        {
            bool isOfParameter = member is IPropertySymbol && type.IsRecord && member.Name == parameter.Name
                && member.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(_cancellation) is ParameterSyntax);
            IOperation[] given = !isOfParameter && member is IFieldSymbol { IsImplicitlyDeclared: false } or IPropertySymbol ? [.. code.GivenTo(member)] : [];

            // An initializer gives a member its first value, whatever it is given later.
            bool isMadeWithFirst = given.Length == 1 || (given.Length > 1 && IsPrimary(constructor) && IsInitialized(member));
            if (isOfParameter || (isMadeWithFirst
                && Resolve(given[0]) is IParameterReferenceOperation first && SymbolEqualityComparer.Default.Equals(first.Parameter, parameter)))
            {
                isHeld |= isOfParameter || given.Length == 1;
                yield return member;
            }
        }

        if (!isHeld && IsPrimary(constructor))
            yield return parameter;

        if (depth == 0 || BaseOf(constructor) is not { } other)
            yield break;
        foreach (IArgumentOperation argument in other.Arguments)
        {
            if (argument.Parameter is not { } inherited || Expression.Unconverted(argument.Value) is not IParameterReferenceOperation handed
                || !SymbolEqualityComparer.Default.Equals(handed.Parameter, parameter))
                continue;
            foreach (ISymbol member in HoldersOf(other.TargetMethod, inherited, depth - 1).Where(holder => holder is not IParameterSymbol))
                yield return member;
        }
    }

    private const int MostBases = 8;

    /// <summary>The call by which a constructor hands on to another one, of its class or the base class; null where it has none.</summary>
    private IInvocationOperation? BaseOf(IMethodSymbol constructor)
    {
        SyntaxNode? call = constructor.DeclaringSyntaxReferences is not [{ } reference] ? null : reference.GetSyntax(_cancellation) switch
        {
            ConstructorDeclarationSyntax declaration => declaration.Initializer,
            TypeDeclarationSyntax declaration => declaration.BaseList?.Types.OfType<PrimaryConstructorBaseTypeSyntax>().FirstOrDefault(),
            _ => null,
        };
        return call is null ? null : OperationOf(call) as IInvocationOperation;
    }

    private bool IsInitialized(ISymbol member) => member.DeclaringSyntaxReferences.Any(reference =>
        reference.GetSyntax(_cancellation) is VariableDeclaratorSyntax { Initializer: not null } or PropertyDeclarationSyntax { Initializer: not null });

    private bool IsPrimary(IMethodSymbol constructor) =>
        constructor.DeclaringSyntaxReferences is [{ } reference] && reference.GetSyntax(_cancellation) is TypeDeclarationSyntax;

    /// <summary>Tensors that are put together: BA, where all of them are, or zeros.</summary>
    private Value Joined(IOperation tensors, Value joined)
    {
        ImmutableArray<IOperation> listed = Listed(tensors);
        bool areAlike = joined.Kind == ValueKind.Product && listed.All(element => Evaluate(element).Kind is ValueKind.Product or ValueKind.Zeros);
        return areAlike ? joined.Shaped(null, null) : Value.Other;
    }

    /// <summary>A parameter that is made of a value: a factor stays one, anything else of known shape trains.</summary>
    private Value Trained(IOperation operation, Value value)
    {
        if (value.IsFactor || value.Kind is ValueKind.Weight or ValueKind.Product or ValueKind.Merged)
            return value.AsCopy();
        return Shapes.Of(operation, Types) is { } shape
            ? Value.Of(ValueKind.Trained).Shaped(shape.Rows, shape.Columns).Started(Starts.Of(operation, Types))
            : Value.Other;
    }

    private Value WithShape(IInvocationOperation call, Value value) =>
        Shapes.Of(call, Types) is { } shape ? value.Shaped(shape.Rows, shape.Columns) : value;
}
