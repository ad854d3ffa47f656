using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Loops: the iterations in reverse, with the gradients of the values that they carry.</content>
internal sealed partial class BackwardEmitter
{
    private void EmitLoop(Loop loop, HashSet<int> defined)
    {
        RecordPlan record = _plan.RecordOf(loop), iteration = _plan.IterationOf(loop);
        foreach (Carried carried in loop.Carried.Where(carried => _activity.NeedsGradient(carried.Inside) || _activity.NeedsGradient(carried.After)))
        {
            GradientVariable? after = _gradients.TryGetValue(carried.After, out GradientVariable? known) ? known : null;
            if (after is not { IsOwned: true, IsCertain: false })
            {
                string name = _names.Unique(NameTable.Camel(_graph.Names[carried.Inside]) + "Gradient");
                _writer.Line($"{MaybeTensor} {name} = {(after is null ? "null" : after.IsOwned ? after.Name : $"{after.Name}.Retain()")};");
                after = new GradientVariable(name, IsOwned: true, IsCertain: false);
            }

            _gradients[carried.Inside] = after;
            _contributed.Add(carried.Inside);
        }

        HashSet<int> before = _contributed;
        _contributed = [.. before, .. Enumerable.Range(0, _graph.Names.Count).Where(_gradients.ContainsKey)];
        LoopTarget? outer = _loop;
        _loop = new LoopTarget(loop.Carried, loop.Returned);
        string index = _names.Unique("i");
        string list = record[SavePlan.LoopKey(loop)];
        _writer.Open($"for (int {index} = {list}.Count - 1; {index} >= 0; {index}--)");
        _writer.Line($"{iteration.ClassName} {iteration.Variable} = {list}[{index}];");
        _source = "";
        DeclareHandedOn(loop.Body);
        SeedEnd(loop.Body);
        EmitOperations(loop.Body);
        _writer.EndBlock();
        _loop = outer;
        _source = "";
        _contributed = [.. before, .. _structure.UsesOf(loop.Body)];
        foreach (Carried carried in loop.Carried.Where(carried => _activity.NeedsGradient(carried.Inside) && _activity.NeedsGradient(carried.Initial)))
        {
            if (defined.Contains(carried.Initial) && !_gradients.ContainsKey(carried.Initial))
            {
                _gradients[carried.Initial] = _gradients[carried.Inside];
                _contributed.Add(carried.Initial);
            }
            else
            {
                Contribute(carried.Initial, _gradients[carried.Inside].Name);
            }
        }
    }

    /// <summary>Declares the gradients of values of a body that its arms hand on, since these come first in the backward pass.</summary>
    private void DeclareHandedOn(Region body)
    {
        if (body.End.Kind != TerminatorKind.Arms)
            return;
        HashSet<int> defined = [.. body.Operations.SelectMany(GraphStructure.DefinedBy)];
        foreach (int value in _structure.UsesOf(body.Operations[body.Operations.Count - 1])
            .Where(value => defined.Contains(value) && _activity.NeedsGradient(value) && !_gradients.ContainsKey(value))
            .OrderBy(value => value))
            Declare(value);
    }

    private void SeedCarried(Terminator end, HashSet<int> defined)
    {
        List<(int Value, GradientVariable Gradient)> moved = [];
        for (int i = 0; i < _loop!.Carried.Count; i++)
        {
            int value = end.Values[i];
            if (value != _loop.Carried[i].Inside && _activity.NeedsGradient(_loop.Carried[i].Inside))
                moved.Add((value, _gradients[_loop.Carried[i].Inside]));
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
                _gradients[value] = new GradientVariable(name, IsOwned: true, IsCertain: false);
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
