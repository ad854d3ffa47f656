using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Loops: the iterations in reverse, with the gradients of the loop-carried values.</content>
internal sealed partial class BackwardEmitter
{
    private void EmitLoop(Loop loop, HashSet<int> defined)
    {
        RecordPlan record = _plan.RecordOf(loop), iteration = _plan.IterationOf(loop);
        foreach (LoopCarriedValue carried in loop.CarriedValues
            .Where(carried => _activity.NeedsGradient(carried.Argument) || _activity.NeedsGradient(carried.Result)))
        {
            GradientVariable? after = _gradients.TryGetValue(carried.Result, out GradientVariable? known) ? known : null;
            if (after is not { IsOwned: true, IsNonNull: false })
            {
                string name = _names.Fresh(Casing.Camel(_graph.Names[carried.Argument]) + "Gradient");
                _writer.Line($"{MaybeTensor} {name} = {(after is null ? "null" : after.IsOwned ? after.Name : $"{after.Name}.Retain()")};");
                after = new GradientVariable(name, IsOwned: true, IsNonNull: false);
            }

            _gradients[carried.Argument] = after;
            _contributed.Add(carried.Argument);
        }

        HashSet<int> before = _contributed;
        _contributed = [.. before, .. Enumerable.Range(0, _graph.Names.Count).Where(_gradients.ContainsKey)];
        Loop? outer = _loop;
        _loop = loop;
        string index = _names.Fresh("i");
        string list = record[SavePlan.LoopKey(loop)];
        _writer.Open($"for (int {index} = {list}.Count - 1; {index} >= 0; {index}--)");
        _writer.Line($"{iteration.ClassName} {iteration.Variable} = {list}[{index}];");
        _comments.Forget();
        DeclareYielded(loop.Body);
        SeedTerminator(loop.Body);
        EmitOperations(loop.Body);
        _writer.EndBlock();
        _loop = outer;
        _comments.Forget();
        _contributed = [.. before, .. _dataFlow.UsesOf(loop.Body)];
        foreach (LoopCarriedValue carried in loop.CarriedValues
            .Where(carried => _activity.NeedsGradient(carried.Argument) && _activity.NeedsGradient(carried.Initial)))
        {
            if (defined.Contains(carried.Initial) && !_gradients.ContainsKey(carried.Initial))
            {
                _gradients[carried.Initial] = _gradients[carried.Argument];
                _contributed.Add(carried.Initial);
            }
            else
            {
                Contribute(carried.Initial, _gradients[carried.Argument].Name);
            }
        }
    }

    /// <summary>Declares the gradients of values of a body that its branches end an iteration with, since these come first in the backward pass.</summary>
    private void DeclareYielded(Region body)
    {
        if (body.Terminator.Kind != TerminatorKind.Unreachable)
            return;
        HashSet<int> defined = [.. body.Operations.SelectMany(DataFlow.DefinedBy)];
        foreach (int value in _dataFlow.UsesOf(body.Operations[body.Operations.Count - 1])
            .Where(value => defined.Contains(value) && _activity.NeedsGradient(value) && !_gradients.ContainsKey(value))
            .OrderBy(value => value))
            Declare(value);
    }

    private void SeedCarried(Terminator terminator, HashSet<int> defined)
    {
        List<(int Value, GradientVariable Gradient)> moved = [];
        for (int i = 0; i < _loop!.CarriedValues.Count; i++)
        {
            int value = terminator.Operands[i];
            if (value != _loop.CarriedValues[i].Argument && _activity.NeedsGradient(_loop.CarriedValues[i].Argument))
                moved.Add((value, _gradients[_loop.CarriedValues[i].Argument]));
        }

        SeedMoved(moved, defined);
    }

    /// <summary>Moves gradients out of the variables that carry them from iteration to iteration.</summary>
    private void SeedMoved(List<(int Value, GradientVariable Gradient)> moved, HashSet<int> defined)
    {
        List<(int Value, string Name)> contributions = [];
        foreach ((int value, GradientVariable gradient) in moved)
        {
            if (!_activity.NeedsGradient(value))
                continue;
            string name = NewName(value);
            _writer.Line($"{MaybeTensor} {name} = {gradient.Name};");
            _writer.Line($"{gradient.Name} = null;");
            if (defined.Contains(value) && !_gradients.ContainsKey(value))
            {
                _gradients[value] = new GradientVariable(name, IsOwned: true, IsNonNull: false);
                _contributed.Add(value);
            }
            else
            {
                contributions.Add((value, name));
            }
        }

        foreach ((int value, string name) in contributions)
        {
            _contributed.Add(value);
            _writer.Line($"{Sum}(ref {_gradients[value].Name}, {name});");
        }
    }
}
