using AdapterToolkit.Generators.Discovery;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Completes a discovered model by the body of its <c>Forward</c>.</summary>
internal static class ModelLifter
{
    /// <summary>Lifts the <c>Forward</c> of a model.</summary>
    /// <param name="model">What was discovered of the model.</param>
    /// <param name="type">Its class.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Ends the lifting at the next statement.</param>
    /// <returns>The model with its graph, or with what keeps it from being differentiated besides.</returns>
    /// <exception cref="OperationCanceledException">The lifting is cancelled.</exception>
    public static Discovered<ModelSpec> Lift(Discovered<ModelSpec> model, INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        KnownTypes types = KnownTypes.Of(compilation);
        if (ModelDiscovery.ForwardsOf(type, types).FirstOrDefault() is not { } forward
            || ModelDiscovery.SyntaxOf(forward, cancellation) is not { } syntax)
            return model;
        SemanticModel semantics = compilation.GetSemanticModel(syntax.SyntaxTree);
        LiftedForward lifted = ForwardLifter.Lift(forward, syntax, semantics, types, model.Spec.TakenNames, cancellation);
        DiagnosticSpec[] diagnostics = [.. model.Diagnostics, .. lifted.Diagnostics];
        SortedSet<string> taken = new(model.Spec.TakenNames.Concat(lifted.Names), StringComparer.Ordinal);
        ModelSpec spec = model.Spec with
        {
            Graph = diagnostics.Any(diagnostic => diagnostic.StopsDifferentiation) ? null : lifted.Graph,
            TakenNames = new EquatableArray<string>(taken),
        };
        return new Discovered<ModelSpec>(spec, new EquatableArray<DiagnosticSpec>(diagnostics));
    }
}
