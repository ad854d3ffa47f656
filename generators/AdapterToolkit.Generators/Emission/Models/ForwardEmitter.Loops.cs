using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Loops: the variables that carry values from one iteration to the next, and the record of each iteration.</content>
internal sealed partial class ForwardEmitter
{
    private void EmitLoop(Loop loop, HashSet<int> owned, HashSet<int> usedAfter)
    {
        DeclareCarried(loop, owned, usedAfter);
        if (loop.Returned >= 0)
        {
            _writer.Line($"{RuntimeNames.Tensor}? {Name(loop.Returned)} = null;");
            _declared.Add(loop.Returned);
            _maybeNull.Add(loop.Returned);
            if (_plan?.NeedsFlag(loop.Returned) == true)
                DeclareFlag(loop.Returned, Frozen);
        }

        LoopTarget? outer = _loop;
        _loop = new LoopTarget(loop.Carried, loop.Returned);
        HashSet<object> written = [.. _written];
        _writer.Open(Print(loop.Header));
        if (Saves(loop))
        {
            RecordPlan record = _plan!.RecordOf(loop), iteration = _plan.IterationOf(loop);
            _writer.Line($"{iteration.ClassName} {iteration.Variable} = new();");
            _writer.Line($"{record[SavePlan.LoopKey(loop)]}.Add({iteration.Variable});");
            foreach (Carried carried in loop.Carried.Where(carried => iteration.Has(SavePlan.FlagKey(carried.Inside))))
                _writer.Line($"{iteration[SavePlan.FlagKey(carried.Inside)]} = {Flag(carried.Inside)};");
        }

        EmitRegion(loop.Body, [.. loop.Carried.Select(carried => carried.Inside)]);
        _writer.EndBlock(loop.Footer is null ? "" : $" {Print(loop.Footer)}");
        RestoreWritten(written);
        _loop = outer;
        _source = "";
        if (Saves(loop))
        {
            foreach (int value in GraphStructure.DefinedBy(loop).Where(value => _plan!.RecordOf(loop).Has(SavePlan.FlagKey(value))))
                _writer.Line($"{_plan!.RecordOf(loop)[SavePlan.FlagKey(value)]} = {Flag(value)};");
        }
    }

    /// <summary>Declares the variables that carry values; one whose value is not needed otherwise takes over its variable.</summary>
    private void DeclareCarried(Loop loop, HashSet<int> owned, HashSet<int> usedAfter)
    {
        HashSet<int> usedInside = [.. _structure.UsesOf(loop.Body), .. loop.Header.Values, .. loop.Footer?.Values ?? []];
        foreach (Carried carried in loop.Carried)
        {
            int initial = carried.Initial;
            bool dies = owned.Contains(initial) && !usedAfter.Contains(initial) && !usedInside.Contains(initial)
                && loop.Carried.Count(other => other.Initial == initial) == 1;
            string initialFlag = _plan?.NeedsFlag(carried.Inside) == true ? Flag(initial) : "";
            if (dies)
            {
                owned.Remove(initial);
                _valueNames[carried.Inside] = Name(initial);
            }
            else
            {
                _valueNames[carried.Inside] = _names.Unique(NameTable.Camel(_graph.Names[carried.Inside]));
                _writer.Line($"{RuntimeNames.Tensor} {Name(carried.Inside)} = {Name(initial)}.Retain();");
            }

            _valueNames[carried.After] = Name(carried.Inside);
            _declared.Add(carried.Inside);
            _declared.Add(carried.After);
            if (initialFlag.Length > 0)
            {
                DeclareFlag(carried.Inside, initialFlag);
                _flagNames[carried.After] = _flagNames[carried.Inside];
            }
        }
    }

    /// <summary>Hands the values at the end of an iteration to the variables that carry them.</summary>
    private void EmitCarry(Terminator end, HashSet<int> owned)
    {
        List<(string Target, string Source)> assignments = [];
        EquatableArray<Carried> slots = _loop!.Carried;
        HashSet<int> kept = [.. slots.Where((slot, i) => end.Values[i] == slot.Inside).Select(slot => slot.Inside)];
        for (int i = 0; i < slots.Count; i++)
        {
            int value = end.Values[i], inside = slots[i].Inside;
            if (value != inside && Name(value) == Name(inside))
            {
                owned.Remove(value);
            }
            else if (value != inside)
            {
                bool handedOnAgain = end.Values.Take(slots.Count).Skip(i + 1).Contains(value);
                assignments.Add((
                    Name(inside),
                    owned.Contains(value) && !handedOnAgain && !kept.Contains(value) ? Move(value, owned) : $"{Name(value)}.Retain()"));
            }

            if (_plan?.NeedsFlag(inside) == true && Flag(value) != _flagNames[inside])
                assignments.Add((_flagNames[inside], Flag(value)));
        }

        owned.ExceptWith(kept);
        bool overlap = assignments.Any(assignment => assignments.Any(other => other != assignment && Mentions(assignment.Source, other.Target)));
        if (overlap)
            _writer.Line($"({string.Join(", ", assignments.Select(assignment => assignment.Target))}) = "
                + $"({string.Join(", ", assignments.Select(assignment => assignment.Source))});");
        else
            assignments.ForEach(assignment => _writer.Line($"{assignment.Target} = {assignment.Source};"));
        ReleaseDead(owned, []);
    }

    private static bool Mentions(string expression, string name) =>
        expression.Split(' ', '.', '(', ')', '|').Contains(name);
}
