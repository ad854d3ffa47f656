using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Conditionals: the branch that ran, with the gradients of the results passed on to what it yielded.</content>
internal sealed partial class BackwardEmitter
{
    private void EmitConditional(Conditional conditional)
    {
        string taken = _plan.RecordOf(conditional)[SavePlan.ConditionalKey(conditional)];
        HashSet<int> before = [.. _contributed];
        string then = Capture(() => EmitBranch(conditional, conditional.Then));
        HashSet<int> afterThen = _contributed;
        _contributed = [.. before];
        string otherwise = Capture(() => EmitBranch(conditional, conditional.Else));
        _contributed.UnionWith(afterThen);
        if (then.Length > 0)
        {
            _writer.Open($"if ({taken})");
            _writer.Raw(then);
            _writer.EndBlock();
        }

        if (otherwise.Length > 0)
        {
            _writer.Open(then.Length > 0 ? "else" : $"if (!{taken})");
            _writer.Raw(otherwise);
            _writer.EndBlock();
        }

        _comments.Forget();
    }

    private string Capture(Action emit)
    {
        _comments.Forget();
        return _writer.Capture(emit);
    }

    private void EmitBranch(Conditional conditional, Region region)
    {
        EquatableArray<int> outer = _results;
        _results = conditional.Results;
        SeedTerminator(region);
        EmitOperations(region);
        _results = outer;
    }

    /// <summary>Passes the gradients of the phis that a region's terminator gives their values to these values.</summary>
    private void SeedTerminator(Region region)
    {
        Terminator terminator = region.Terminator;
        HashSet<int> defined = [.. region.Operations.SelectMany(DataFlow.DefinedBy)];
        switch (terminator.Kind)
        {
            case TerminatorKind.Yield:
                for (int i = 0; i < terminator.Operands.Count; i++)
                {
                    if (_activity.NeedsGradient(_results[i]) && _gradients.TryGetValue(_results[i], out GradientVariable? gradient))
                        SeedYielded(terminator.Operands[i], gradient, defined);
                }

                break;
            case TerminatorKind.Continue or TerminatorKind.Break:
                SeedCarried(terminator, defined);
                break;
            case TerminatorKind.ReturnFromLoop:
                int value = terminator.Operands[terminator.Operands.Count - 1];
                if (_activity.NeedsGradient(value) && _gradients.TryGetValue(_loop!.Returned, out GradientVariable? returned))
                    SeedMoved([(value, returned)], defined);
                break;
        }
    }

    private void SeedYielded(int value, GradientVariable gradient, HashSet<int> defined)
    {
        if (!_activity.NeedsGradient(value))
            return;
        if (defined.Contains(value) && !_gradients.ContainsKey(value))
        {
            _gradients[value] = gradient;
            _contributed.Add(value);
        }
        else
        {
            if (!_gradients.ContainsKey(value))
                Declare(value);
            Contribute(value, gradient.IsOwned ? gradient.Name : $"{gradient.Name}.Retain()");
        }
    }
}
