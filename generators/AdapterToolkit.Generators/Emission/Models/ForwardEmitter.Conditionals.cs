using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;
using AdapterToolkit.Generators.Symbols;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>Conditionals: each branch computes the results, or leaves.</content>
internal sealed partial class ForwardEmitter
{
    private void EmitConditional(Conditional conditional, HashSet<int> killed)
    {
        _writer.Line();
        foreach (int result in conditional.Results)
        {
            if (_declared.Add(result))
                _writer.Line($"{RuntimeNames.Tensor} {Name(result)};");
            if (_plan?.NeedsFlag(result) == true && !_flagNames.ContainsKey(result))
            {
                string flag = _flagNames[result] = _names.Fresh($"{Name(result).TrimStart('@')}Active");
                _writer.Line($"bool {flag};");
            }
        }

        HashSet<int> killedInElse = [.. killed.Where(value => !_maybeNull.Contains(value))];
        HashSet<object> before = [.. _written];
        _writer.Open($"if ({Print(conditional.Condition)})");
        if (Saves(conditional))
            _writer.Line($"{_plan!.RecordOf(conditional)[SavePlan.ConditionalKey(conditional)]} = true;");
        EmitBranch(conditional, conditional.Then, killed);
        _writer.Close();
        HashSet<object> writtenInThen = [.. _written];
        RestoreWritten(before);
        if (!IsEmpty(conditional.Else, killedInElse))
        {
            _comments.Forget();
            _writer.Open("else");
            EmitBranch(conditional, conditional.Else, killedInElse);
            _writer.Close();
        }

        _writer.Space();

        // What a branch wrote is written in some cases only: a later write must look whether it was.
        object[] writtenInBranches = [.. writtenInThen.Concat(_written).Where(key => key is string)];
        RestoreWritten(before);
        _written.UnionWith(writtenInBranches);
        _comments.Forget();
        foreach (int result in conditional.Results)
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

    private bool IsEmpty(Region region, HashSet<int> killed) =>
        region.Operations.Count == 0
        && killed.Count == 0
        && (region.Terminator.Kind == TerminatorKind.Unreachable
            || (region.Terminator.Kind == TerminatorKind.Yield && region.Terminator.Operands.Count == 0)
            || (region.Terminator.Kind == TerminatorKind.Continue && _loop is { } loop
                && region.Terminator.Operands.SequenceEqual(loop.CarriedValues.Select(carried => carried.Argument))));

    private void EmitBranch(Conditional conditional, Region region, HashSet<int> killed)
    {
        Coalesce(region, conditional.Results);
        EquatableArray<int> outer = _results;
        _results = conditional.Results;
        EmitRegion(region, [.. killed]);
        _results = outer;
    }

    /// <summary>Coalesces a value that a branch computes and yields with the result that it becomes: both are one variable.</summary>
    private void Coalesce(Region region, EquatableArray<int> results)
    {
        if (region.Terminator.Kind != TerminatorKind.Yield)
            return;
        HashSet<int> defined = [.. region.Operations.Where(operation => operation is not Loop).SelectMany(DataFlow.DefinedBy)];
        for (int i = 0; i < results.Count; i++)
        {
            int value = region.Terminator.Operands[i];
            if (defined.Remove(value))
            {
                _valueNames[value] = Name(results[i]);
                _declared.Add(value);
                if (region.Operations.FirstOrDefault(operation => DataFlow.DefinedBy(operation).Contains(value)) is Conditional
                    && _flagNames.TryGetValue(results[i], out string? flag))
                    _flagNames[value] = flag;
            }
        }
    }
}
