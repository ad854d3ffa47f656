using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>What the toolkit's methods do with an adapter.</content>
internal sealed partial class MergeFlow
{
    private IOperation? TrainerOf(IInvocationOperation call) => call.Arguments.FirstOrDefault(argument => types.IsTrainer(argument.Parameter?.Type))?.Value;

    /// <summary>Does what a method of the toolkit does with an adapter.</summary>
    /// <param name="place">The call.</param>
    /// <param name="use">What the method does.</param>
    /// <param name="receiver">What gives the object that it is called on.</param>
    /// <param name="path">The path of that object.</param>
    /// <param name="kind">How it merges.</param>
    private void Use(SyntaxNode place, AdapterUse use, IOperation? receiver, ObjectPath? path, MergeKind kind)
    {
        MergeFact? merge = path is null ? null : _state.MergeOf(path);
        switch (use)
        {
            case AdapterUse.Merge or AdapterUse.MergeTo or AdapterUse.MergeToBaseType when path is not null:
                if (merge is not null)
                    Report(place, receiver, path, merge, MergeMistake.MergedAgain);
                if (merge is not { Conditions.IsEmpty: true })
                    _state = _state.Merge(path, kind, place);
                break;
            case AdapterUse.Unmerge when path is not null:
                if (merge is { Kind: MergeKind.ForGood })
                    Report(place, receiver, path, merge, MergeMistake.TakenBack);
                _state = path.Root.Kind is PathStepKind.Made or PathStepKind.Joined && path.SelfAndHolders().Any(part => part.Kind == PathStepKind.Iteration)
                    ? _state.Forget(path).ForgetReversible()
                    : _state.Forget(path);
                break;
            case AdapterUse.SetFactors when path is not null:
                if (merge is { Kind: MergeKind.Reversible })
                    Report(place, receiver, path, merge, MergeMistake.FactorsGiven);
                _state = _state.Merge(path, MergeKind.Asked, null);
                break;
            case AdapterUse.Train when path is not null:
                if (merge is not null && !TrainsOtherParts(receiver!))
                    Report(place, receiver, path, merge, MergeMistake.Trained);
                break;
            case AdapterUse.SaveTraining when path is not null && merge is { Kind: MergeKind.ForGood }:
                Report(place, receiver, path, merge, MergeMistake.Saved);
                break;
            case AdapterUse.Save or AdapterUse.Replace when ModelOf(receiver) is { } model && PathOf(model) is { } adapted:
                UseAdapter(place, use, model, adapted, _state.MergeOf(adapted));
                break;
        }
    }

    /// <summary>The model whose adapter an expression gives; null for any other expression.</summary>
    private IOperation? ModelOf(IOperation? adapter) =>
        adapter is not null && Resolve(Expression.Unconverted(adapter)) is IPropertyReferenceOperation { Instance: { } model } property
            && types.UseOf(property.Property) == AdapterUse.Adapter ? model : null;

    private void UseAdapter(SyntaxNode place, AdapterUse use, IOperation model, ObjectPath path, MergeFact? merge)
    {
        bool isSaved = use == AdapterUse.Save;
        if (isSaved && merge is { Kind: MergeKind.ForGood })
            Report(place, model, path, merge, MergeMistake.Saved);
        if (isSaved)
            return;
        if (merge is { Kind: MergeKind.Reversible })
            Report(place, model, path, merge, MergeMistake.AdapterReplaced);
        _state = _state.Forget(path);
    }

    /// <summary>Whether a model trains more than its adapter, so that training goes on after a merge.</summary>
    private bool TrainsOtherParts(IOperation model) => model.Type is { } type && !types.IsTrainer(type) && types.PartsOf(type).Any(part => part.IsTrainable);

    private static MergeKind KindOf(IInvocationOperation call)
    {
        IOperation? reversible = call.Arguments.FirstOrDefault(argument => argument.Parameter?.Name == RuntimeNames.Members.Reversible)?.Value;
        return reversible switch
        {
            null or { ConstantValue: { HasValue: true, Value: false } } => MergeKind.ForGood,
            { ConstantValue: { HasValue: true, Value: true } } => MergeKind.Reversible,
            _ => MergeKind.Either,
        };
    }
}
