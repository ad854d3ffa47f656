using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Choices: the arm that ran, with the gradients of the results passed on to what it yielded.</content>
internal sealed partial class BackwardEmitter
{
    private void EmitChoice(Choice choice)
    {
        string taken = _plan.RecordOf(choice)[SavePlan.ChoiceKey(choice)];
        HashSet<int> before = [.. _contributed];
        string then = Capture(() => EmitArm(choice, choice.Then));
        HashSet<int> afterThen = _contributed;
        _contributed = [.. before];
        string otherwise = Capture(() => EmitArm(choice, choice.Else));
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

        _source = "";
    }

    private string Capture(Action emit)
    {
        _source = "";
        return _writer.Capture(emit);
    }

    private void EmitArm(Choice choice, Region region)
    {
        EquatableArray<int> outer = _results;
        _results = choice.Results;
        SeedEnd(region);
        EmitOperations(region);
        _results = outer;
    }

    /// <summary>Passes the gradients of what a region handed on to the values that it handed on.</summary>
    private void SeedEnd(Region region)
    {
        Terminator end = region.End;
        HashSet<int> defined = [.. region.Operations.SelectMany(GraphStructure.DefinedBy)];
        switch (end.Kind)
        {
            case TerminatorKind.Yield:
                for (int i = 0; i < end.Values.Count; i++)
                {
                    if (_activity.NeedsGradient(_results[i]) && _gradients.TryGetValue(_results[i], out GradientVariable? gradient))
                        SeedYielded(end.Values[i], gradient, defined);
                }

                break;
            case TerminatorKind.Continue or TerminatorKind.Break:
                SeedCarried(end, defined);
                break;
            case TerminatorKind.ReturnFromLoop:
                int value = end.Values[end.Values.Count - 1];
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
