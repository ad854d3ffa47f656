using System.Collections.Concurrent;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <summary>
/// What the bodies of a compilation can come to, by themselves and by what they call: uses of adapters, and members. The bodies are read for it, and nothing is
/// known of any object, so that a call of a virtual method counts as one of all its overrides.
/// </summary>
/// <param name="types">The types that merge.</param>
internal sealed class BodyReach(MergeTypes types)
{
    private readonly ConcurrentDictionary<ISymbol, Steps> _steps = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<ISymbol, bool> _using = new(SymbolEqualityComparer.Default);
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<ISymbol, bool>> _naming = new();

    /// <summary>Whether a body, or one that it can run, uses an adapter, or runs a function that may.</summary>
    public bool UsesAdapter(ISymbol body, CancellationToken cancellation) => Reaches(body, static steps => steps.UsesAdapter, _using, cancellation);

    /// <summary>Whether a body, or one that it can run, gives a member of some name something, or names one of which what it holds can change.</summary>
    public bool Names(string member, ISymbol body, CancellationToken cancellation) => Reaches(body, steps => steps.Written.Contains(member)
        || steps.Named.Any(named => named.Name == member && types.Leading.CanChange(named.Type)),
        _naming.GetOrAdd(member, static _ => new ConcurrentDictionary<ISymbol, bool>(SymbolEqualityComparer.Default)), cancellation);

    private bool Reaches(ISymbol body, Func<Steps, bool> isFound, ConcurrentDictionary<ISymbol, bool> known, CancellationToken cancellation)
    {
        if (known.TryGetValue(body, out bool answer))
            return answer;
        HashSet<ISymbol> seen = new(SymbolEqualityComparer.Default) { body };
        Stack<ISymbol> rest = new(seen);
        while (rest.Count > 0)
        {
            ISymbol current = rest.Pop();
            Steps steps = _steps.GetOrAdd(current, symbol => Read(symbol, cancellation));
            if (isFound(steps))
                return known[body] = true;
            foreach (ISymbol called in steps.Called)
            {
                if (known.TryGetValue(called, out answer) && answer)
                    return known[body] = true;
                if (!known.ContainsKey(called) && seen.Add(called))
                    rest.Push(called);
            }
        }

        // None of those that were passed comes to it either.
        foreach (ISymbol passed in seen)
            known[passed] = false;
        return false;
    }

    private Steps Read(ISymbol body, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        HashSet<ISymbol> called = new(SymbolEqualityComparer.Default);
        HashSet<string> written = [];
        HashSet<(string Name, ITypeSymbol? Type)> named = [];
        bool usesAdapter = false;
        if (body is IMethodSymbol { MethodKind: MethodKind.Constructor, ContainingType: var made })
            called.UnionWith(made.GetMembers().Where(member => member is { IsStatic: false } and (IFieldSymbol or IPropertySymbol)));
        Stack<ControlFlowGraph> rest = new();
        if (types.GraphOf(body, cancellation) is { } whole)
            rest.Push(whole);
        while (rest.Count > 0)
        {
            ControlFlowGraph graph = rest.Pop();
            foreach (IMethodSymbol local in graph.LocalFunctions)
                rest.Push(graph.GetLocalFunctionControlFlowGraph(local, cancellation));
            foreach (IOperation operation in graph.Blocks.SelectMany(block => block.BranchValue is { } value ? block.Operations.Add(value) : block.Operations)
                .SelectMany(operation => operation.DescendantsAndSelf()))
            {
                if (operation is IFlowAnonymousFunctionOperation function)
                    rest.Push(graph.GetAnonymousFunctionControlFlowGraph(function, cancellation));
                if (operation is IMemberReferenceOperation reference)
                {
                    if (IsWritten(reference))
                        written.Add(reference.Member.Name);
                    else
                        named.Add((reference.Member.Name, reference.Type));
                }

                usesAdapter |= operation is IInvocationOperation
                {
                    TargetMethod.MethodKind: MethodKind.DelegateInvoke, Instance: not (null or IParameterReferenceOperation)
                };
                foreach (ISymbol run in RunBy(operation))
                {
                    usesAdapter |= types.UseOf(run) is not (AdapterUse.None or AdapterUse.Format or AdapterUse.Layers or AdapterUse.TrainedModel);
                    if (run is IMethodSymbol method)
                        called.UnionWith(BodiesOf(method));
                }
            }
        }

        return new Steps([.. called], written, [.. named], usesAdapter);
    }

    /// <summary>Whether a member is given something, other than what its methods do with what it holds.</summary>
    private static bool IsWritten(IMemberReferenceOperation member) => member.Parent switch
    {
        IAssignmentOperation assignment => assignment.Target == member,
        IIncrementOrDecrementOperation => true,
        IArgumentOperation { Parameter.RefKind: RefKind.Ref or RefKind.Out } => true,
        ITupleOperation => true,
        _ => false,
    };

    /// <summary>The members that an operation may run.</summary>
    private static IEnumerable<ISymbol> RunBy(IOperation operation) => operation switch
    {
        IMethodReferenceOperation { Method: var method } => [method],
        IPropertyReferenceOperation { Property: var property } =>
            [property, .. new ISymbol?[] { property.GetMethod, property.SetMethod }.OfType<ISymbol>()],
        IEventReferenceOperation { Event: var happening } => new ISymbol?[] { happening.AddMethod, happening.RemoveMethod }.OfType<ISymbol>(),
        _ => CallSite.Of(operation) is { } site ? [site.Method] : [],
    };

    /// <summary>The bodies that a call of a method can run.</summary>
    private IEnumerable<ISymbol> BodiesOf(IMethodSymbol method)
    {
        IMethodSymbol definition = Bodies.DefinitionOf(method);
        IEnumerable<IMethodSymbol> targets = method.IsVirtual || method.IsAbstract || method.IsOverride ? types.Targets.Of(definition) : [];
        return definition.MethodKind != MethodKind.LocalFunction && types.Declares(definition) ? targets.Append(definition) : targets;
    }

    /// <summary>What one body does itself.</summary>
    /// <param name="Called">The bodies that it can run.</param>
    /// <param name="Written">The names of the members that it gives something.</param>
    /// <param name="Named">The other members that it names, and their types.</param>
    /// <param name="UsesAdapter">Whether it uses an adapter, or runs a function.</param>
    private sealed record Steps(ISymbol[] Called, HashSet<string> Written, (string Name, ITypeSymbol? Type)[] Named, bool UsesAdapter);
}
