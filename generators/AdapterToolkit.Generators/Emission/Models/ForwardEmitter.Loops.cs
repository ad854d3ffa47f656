using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Loops: the variables of the block arguments, and the record of each iteration.</content>
internal sealed partial class ForwardEmitter
{
    private void EmitLoop(Loop loop, HashSet<int> owned, HashSet<int> liveAfter)
    {
        DeclareBlockArguments(loop, owned, liveAfter);
        if (loop.Returned >= 0)
        {
            _writer.Line($"{RuntimeNames.Tensor}? {Name(loop.Returned)} = null;");
            _declared.Add(loop.Returned);
            _maybeNull.Add(loop.Returned);
            if (_plan?.NeedsFlag(loop.Returned) == true)
                DeclareFlag(loop.Returned, Inactive);
        }

        Loop? outer = _loop;
        _loop = loop;
        HashSet<object> written = [.. _written];
        _writer.Open(Print(loop.Header));
        if (Saves(loop))
        {
            RecordPlan record = _plan!.RecordOf(loop), iteration = _plan.IterationOf(loop);
            _writer.Line($"{iteration.ClassName} {iteration.Variable} = new();");
            _writer.Line($"{record[SavePlan.LoopKey(loop)]}.Add({iteration.Variable});");
            foreach (LoopCarriedValue carried in loop.CarriedValues.Where(carried => iteration.Has(SavePlan.FlagKey(carried.Argument))))
                _writer.Line($"{iteration[SavePlan.FlagKey(carried.Argument)]} = {Flag(carried.Argument)};");
        }

        EmitRegion(loop.Body, [.. loop.CarriedValues.Select(carried => carried.Argument)]);
        _writer.EndBlock(loop.Footer is null ? "" : $" {Print(loop.Footer)}");
        RestoreWritten(written);
        _loop = outer;
        _comments.Forget();
        if (Saves(loop))
        {
            foreach (int value in DataFlow.DefinedBy(loop).Where(value => _plan!.RecordOf(loop).Has(SavePlan.FlagKey(value))))
                _writer.Line($"{_plan!.RecordOf(loop)[SavePlan.FlagKey(value)]} = {Flag(value)};");
        }
    }

    /// <summary>Declares the variables of the block arguments; one whose operand is dead after the loop's start takes over its variable.</summary>
    private void DeclareBlockArguments(Loop loop, HashSet<int> owned, HashSet<int> liveAfter)
    {
        HashSet<int> usedInside = [.. _dataFlow.UsesOf(loop.Body), .. loop.Header.Operands, .. loop.Footer?.Operands ?? []];
        foreach (LoopCarriedValue carried in loop.CarriedValues)
        {
            int initial = carried.Initial;
            bool dies = owned.Contains(initial) && !liveAfter.Contains(initial) && !usedInside.Contains(initial)
                && loop.CarriedValues.Count(other => other.Initial == initial) == 1;
            string initialFlag = _plan?.NeedsFlag(carried.Argument) == true ? Flag(initial) : "";
            if (dies)
            {
                owned.Remove(initial);
                _valueNames[carried.Argument] = Name(initial);
            }
            else
            {
                _valueNames[carried.Argument] = _names.Fresh(Casing.Camel(_graph.Names[carried.Argument]));
                _writer.Line($"{RuntimeNames.Tensor} {Name(carried.Argument)} = {Name(initial)}.Retain();");
            }

            _valueNames[carried.Result] = Name(carried.Argument);
            _declared.Add(carried.Argument);
            _declared.Add(carried.Result);
            if (initialFlag.Length > 0)
            {
                DeclareFlag(carried.Argument, initialFlag);
                _flagNames[carried.Result] = _flagNames[carried.Argument];
            }
        }
    }

    /// <summary>Assigns the block arguments what an iteration ends with: a parallel copy, since a source may be another's target.</summary>
    private void AssignBlockArguments(Terminator terminator, HashSet<int> owned)
    {
        List<(string Target, string Source)> assignments = [];
        EquatableArray<LoopCarriedValue> carried = _loop!.CarriedValues;
        HashSet<int> kept = [.. carried.Where((value, i) => terminator.Operands[i] == value.Argument).Select(value => value.Argument)];
        for (int i = 0; i < carried.Count; i++)
        {
            int value = terminator.Operands[i], argument = carried[i].Argument;
            if (value != argument && Name(value) == Name(argument))
            {
                owned.Remove(value);
            }
            else if (value != argument)
            {
                bool yieldedAgain = terminator.Operands.Take(carried.Count).Skip(i + 1).Contains(value);
                assignments.Add((
                    Name(argument),
                    owned.Contains(value) && !yieldedAgain && !kept.Contains(value) ? Move(value, owned) : $"{Name(value)}.Retain()"));
            }

            if (_plan?.NeedsFlag(argument) == true && Flag(value) != _flagNames[argument])
                assignments.Add((_flagNames[argument], Flag(value)));
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
