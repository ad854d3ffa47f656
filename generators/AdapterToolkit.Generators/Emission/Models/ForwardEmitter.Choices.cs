using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Choices: each arm computes the results, or leaves.</content>
internal sealed partial class ForwardEmitter
{
    private void EmitChoice(Choice choice, HashSet<int> dying)
    {
        _writer.Line();
        foreach (int result in choice.Results)
        {
            if (_declared.Add(result))
                _writer.Line($"{RuntimeNames.Tensor} {Name(result)};");
            if (_plan?.NeedsFlag(result) == true && !_flagNames.ContainsKey(result))
            {
                string flag = _flagNames[result] = _names.Unique($"{Name(result).TrimStart('@')}Active");
                _writer.Line($"bool {flag};");
            }
        }

        HashSet<int> dyingInElse = [.. dying.Where(value => !_maybeNull.Contains(value))];
        HashSet<object> before = [.. _written];
        _writer.Open($"if ({Print(choice.Condition)})");
        if (Saves(choice))
            _writer.Line($"{_plan!.RecordOf(choice)[SavePlan.ChoiceKey(choice)]} = true;");
        EmitArm(choice, choice.Then, dying);
        _writer.Close();
        HashSet<object> writtenInThen = [.. _written];
        RestoreWritten(before);
        if (!IsEmpty(choice.Else, dyingInElse))
        {
            _source = "";
            _writer.Open("else");
            EmitArm(choice, choice.Else, dyingInElse);
            _writer.Close();
        }

        _writer.Space();

        // What an arm wrote is written in some cases only: a later write must look whether it was.
        object[] writtenInArms = [.. writtenInThen.Concat(_written).Where(key => key is string)];
        RestoreWritten(before);
        _written.UnionWith(writtenInArms);
        _source = "";
        foreach (int result in choice.Results)
        {
            if (_plan is { } plan && plan.RecordOfValue(result).Has(SavePlan.FlagKey(result)))
                _writer.Line($"{plan.RecordOfValue(result)[SavePlan.FlagKey(result)]} = {Flag(result)};");
        }
    }

    private void RestoreWritten(HashSet<object> written)
    {
        _written.Clear();
        _written.UnionWith(written);
    }

    private bool IsEmpty(Region region, HashSet<int> dying) =>
        region.Operations.Count == 0
        && dying.Count == 0
        && (region.End.Kind == TerminatorKind.Arms
            || (region.End.Kind == TerminatorKind.Yield && region.End.Values.Count == 0)
            || (region.End.Kind == TerminatorKind.Continue && _loop is { } loop
                && region.End.Values.SequenceEqual(loop.Carried.Select(carried => carried.Inside))));

    private void EmitArm(Choice choice, Region region, HashSet<int> dying)
    {
        Coalesce(region, choice.Results);
        EquatableArray<int> outer = _results;
        _results = choice.Results;
        EmitRegion(region, [.. dying]);
        _results = outer;
    }

    /// <summary>Lets a value that an arm computes and yields be computed in the variable of the choice's result.</summary>
    private void Coalesce(Region region, EquatableArray<int> results)
    {
        if (region.End.Kind != TerminatorKind.Yield)
            return;
        HashSet<int> defined = [.. region.Operations.Where(operation => operation is not Loop).SelectMany(GraphStructure.DefinedBy)];
        for (int i = 0; i < results.Count; i++)
        {
            int value = region.End.Values[i];
            if (defined.Remove(value))
            {
                _valueNames[value] = Name(results[i]);
                _declared.Add(value);
                if (region.Operations.FirstOrDefault(operation => GraphStructure.DefinedBy(operation).Contains(value)) is Choice
                    && _flagNames.TryGetValue(results[i], out string? flag))
                    _flagNames[value] = flag;
            }
        }
    }
}
