using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>Objects that are made: what their initializers and constructors do with what they are given.</content>
internal sealed partial class MergeFlow
{
    /// <summary>What the members of an object hold that its initializers and its constructor give them for good.</summary>
    /// <param name="types">The types that merge.</param>
    /// <param name="type">The class.</param>
    /// <param name="cancellation">Ends the analysis early.</param>
    public static MergeState Construct(MergeTypes types, INamedTypeSymbol type, CancellationToken cancellation)
    {
        MergeState state = MergeState.Empty;
        CallStack stack = new();
        IEnumerable<ISymbol> bodies = type.GetMembers()
            .Where(member => member is { IsStatic: false } and (IFieldSymbol { IsImplicitlyDeclared: false } or IPropertySymbol));
        if (type.InstanceConstructors.Where(constructor => !constructor.IsImplicitlyDeclared).ToArray() is [var single])
            bodies = bodies.Append(single);
        foreach (ISymbol member in bodies)
        {
            if (types.GraphOf(member, cancellation) is { } body && stack.Enter(member) is { } inner)
                state = new MergeFlow(types, body, ObjectPath.This, member, inner, cancellation).Run(state).Exit;
        }

        return state.MembersOf(ObjectPath.This, types.IsFixed, types.IsUnchanged);
    }

    private void VisitCreation(IObjectCreationOperation creation)
    {
        VisitChildren(creation);
        if (types.IsTrainer(creation.Type) || !types.Leading.Matter(creation.Type))
            return;
        ObjectPath made = ObjectPath.Made(creation.Syntax, creation.Type as INamedTypeSymbol);
        _state = _state.New(made);
        if (creation.Constructor is not { } constructor || creation.Type is not INamedTypeSymbol type)
            return;
        if (!types.Declares(type))
        {
            if (SystemCalls.IsOfSystem(constructor))
            {
                _state = _state.Fill(made, creation.Arguments.IsEmpty ? []
                    : creation.Arguments is [{ Value: var copied }] && PathOf(copied) is { } source ? _state.ContentsOf(source)
                    : default);
            }

            return;
        }

        if (types.Known.IsModule(type))
            return;
        ImmutableArray<(int Ordinal, IOperation Value)> arguments = CallSite.Of(creation)!.Arguments;
        Give(constructor, made, arguments);
        Initialize(creation, type.OriginalDefinition, made);
        IMethodSymbol definition = Bodies.DefinitionOf(constructor);
        if (IsOfInterest(definition) && types.GraphOf(definition, cancellation) is { } body)
        {
            Finish(creation, Enter(creation, definition, body, made, arguments, _state), definition, body);
            _results.Remove(creation);
        }

        SyntaxNode here = graph.OriginalOperation.Syntax;
        _state = _state.ReleaseOwn(made, held => held.Root is { Kind: PathStepKind.Made, Place: { } place } && !IsWithin(place, here)
            && type.DeclaringSyntaxReferences.Any(declaration => IsWithin(place, declaration.GetSyntax(cancellation))));
    }

    private static bool IsWithin(SyntaxNode node, SyntaxNode outer) => node.SyntaxTree == outer.SyntaxTree && outer.Span.Contains(node.Span);

    /// <summary>Gives a primary constructor's parameters, and the properties that a record has for them, what they hold.</summary>
    private void Give(IMethodSymbol constructor, ObjectPath made, ImmutableArray<(int Ordinal, IOperation Value)> arguments)
    {
        foreach ((int ordinal, IOperation value) in arguments)
        {
            IParameterSymbol parameter = constructor.Parameters[ordinal];
            if (PlaceOf(parameter.OriginalDefinition, made) is not { IsVariable: false } place)
                continue;
            Hold(place, value);
            ISymbol? property = constructor.ContainingType.GetMembers(parameter.Name).FirstOrDefault(member =>
                member is IPropertySymbol && member.DeclaringSyntaxReferences is [{ } declaration] && declaration.GetSyntax() is ParameterSyntax);
            if (property is not null && made.Member(property) is { } held)
                Hold(held, value);
        }
    }

    /// <summary>Runs the initializers of an object's fields and properties.</summary>
    private void Initialize(IOperation creation, INamedTypeSymbol type, ObjectPath made)
    {
        foreach (ISymbol member in type.GetMembers())
        {
            if (member is not ({ IsStatic: false } and (IFieldSymbol { IsImplicitlyDeclared: false } or IPropertySymbol))
                || types.GraphOf(member, cancellation) is not { } body || stack.Enter(member) is not { } inner)
                continue;
            MergeResult result = new MergeFlow(types, body, made, member, inner, cancellation).Run(_state);
            if (IsAtFixedPoint && !result.Findings.IsEmpty)
                NoteAt(creation, result.Findings.OrderBy(finding => finding.Key.SpanStart).First().Value);
            _state = result.Exit;
        }
    }
}
