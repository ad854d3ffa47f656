using AdapterToolkit.Generators.Differentiation;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <summary>
/// Emits the body of <c>Evaluate</c>, or of the forward pass that saves. Each tensor is released after its last use; a
/// tensor that is handed on (yielded, carried, returned) changes its holder in place of being copied.
/// </summary>
internal sealed class ForwardEmitter
{
    private const string Frozen = "false";

    private readonly SourceWriter _writer;
    private readonly Graph _graph;
    private readonly GraphStructure _structure;
    private readonly Activity _activity;
    private readonly SavePlan? _plan;
    private readonly NameTable _names;
    private readonly Dictionary<int, string> _valueNames = [];
    private readonly Dictionary<int, string> _flagNames = [];
    private readonly HashSet<int> _declared = [];
    private readonly HashSet<object> _written = [];
    private readonly HashSet<int> _maybeNull = [];
    private EquatableArray<int> _results;
    private LoopTarget? _loop;
    private string _source = "";
    private string _recordParameter = "";

    /// <summary>Makes an emitter of one method.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="structure">The graph.</param>
    /// <param name="activity">What may need a gradient.</param>
    /// <param name="plan">What is saved; null for <c>Evaluate</c>.</param>
    /// <param name="names">Names for locals.</param>
    public ForwardEmitter(SourceWriter writer, GraphStructure structure, Activity activity, SavePlan? plan, NameTable names)
    {
        _writer = writer;
        _structure = structure;
        _graph = structure.Graph;
        _activity = activity;
        _plan = plan;
        _names = names;
    }

    /// <summary>Emits the body.</summary>
    /// <param name="parameters">The parameters of <c>Forward</c>.</param>
    /// <param name="flags">The names of the parameters that say whether a tensor is active.</param>
    /// <param name="record">The name of the parameter that receives the record.</param>
    public void Emit(EquatableArray<ParameterSpec> parameters, IReadOnlyDictionary<int, string> flags, string record)
    {
        foreach (ParameterSpec parameter in parameters.Where(parameter => parameter.IsTensor))
        {
            _valueNames[parameter.Value] = parameter.Name;
            _flagNames[parameter.Value] = flags[parameter.Value];
            _declared.Add(parameter.Value);
        }

        _recordParameter = record;
        if (_plan is not null)
        {
            _writer.Line($"{_plan.Run.ClassName} {_plan.Run.Variable} = new();");
            foreach (int input in _graph.Inputs.Where(input => _plan.Run.Has(SavePlan.FlagKey(input))))
                _writer.Line($"{_plan.Run[SavePlan.FlagKey(input)]} = {_flagNames[input]};");
            foreach (ParameterSpec parameter in parameters.Where(parameter => _plan.Run.Has(SavePlan.ParameterKey(parameter.Name))))
                _writer.Line($"{_plan.Run[SavePlan.ParameterKey(parameter.Name)]} = {parameter.Name};");
        }

        EmitRegion(_graph.Body, []);
    }

    private string Name(int value)
    {
        if (!_valueNames.TryGetValue(value, out string? name))
            _valueNames[value] = name = _names.Unique(NameTable.Camel(_graph.Names[value]));
        return name;
    }

    private string Print(CarriedText text) => text.Print(Name);

    /// <summary>The condition under which a value is active.</summary>
    private string Flag(int value)
    {
        if (_activity.IsFrozen(value))
            return Frozen;
        if (_flagNames.TryGetValue(value, out string? name))
            return name;
        SortedSet<int> sources = _activity.SourcesOf(value);
        return sources.Count == 1 ? _flagNames[sources.Min] : string.Join(" || ", sources.Select(source => _flagNames[source]));
    }

    private bool Saves(Operation operation) => _plan?.IsDifferentiated(operation) == true;

    private void EmitRegion(Region region, HashSet<int> owned)
    {
        EquatableArray<Operation> operations = region.Operations;
        HashSet<int>[] usedFrom = new HashSet<int>[operations.Count + 1];
        usedFrom[operations.Count] = [.. GraphStructure.UsesOf(region.End)];
        for (int i = operations.Count - 1; i >= 0; i--)
            usedFrom[i] = [.. usedFrom[i + 1], .. _structure.UsesOf(operations[i])];

        ReleaseDead(owned, usedFrom[0]);
        for (int i = 0; i < operations.Count; i++)
        {
            Comment(operations[i]);
            switch (operations[i])
            {
                case CarriedStatement statement:
                    _writer.Line(Print(statement.Text));
                    break;
                case LayerCall layer:
                    EmitLayer(layer);
                    break;
                case OperatorCall call:
                    EmitOperator(call);
                    break;
                case Choice choice:
                    HashSet<int> dying = [.. owned.Where(value => !usedFrom[i + 1].Contains(value))];
                    owned.ExceptWith(dying);
                    EmitChoice(choice, dying);
                    break;
                case Loop loop:
                    EmitLoop(loop, owned, usedFrom[i + 1]);
                    break;
            }

            owned.UnionWith(GraphStructure.DefinedBy(operations[i]));
            ReleaseDead(owned, usedFrom[i + 1]);
        }

        EmitEnd(region.End, owned);
    }

    private void ReleaseDead(HashSet<int> owned, HashSet<int> used)
    {
        foreach (int value in owned.Where(value => !used.Contains(value)).OrderBy(value => value).ToArray())
        {
            _writer.Line($"{Name(value)}.Release();");
            owned.Remove(value);
        }
    }

    private void Comment(Operation operation)
    {
        if (operation.Source == _source)
            return;
        _source = operation.Source;
        if (operation is CarriedStatement or Choice or Loop || _source.Length == 0)
            return;
        _writer.Line();
        _writer.Line($"// {_source}");
    }

    /// <summary>What stands before the equals sign where a value is defined: its name, with its type unless that was declared before.</summary>
    private string Definition(int value) => (_declared.Add(value) ? "global::AdapterToolkit.Tensors.Tensor " : "") + Name(value);

    private static string Pass(Argument argument, string text) => argument.IsNamed ? $"{argument.Parameter}: {text}" : text;

    private string ArgumentText(Argument argument, Dictionary<string, string> replaced) =>
        Pass(argument, argument.IsTensor ? Name(argument.Value) : replaced.TryGetValue(argument.Parameter, out string? name) ? name : Print(argument.Text!));

    private void EmitLayer(LayerCall layer)
    {
        Dictionary<string, string> none = [];
        string receiver = Print(layer.Receiver);
        if (!Saves(layer))
        {
            _writer.Line($"{Definition(layer.Result)} = {receiver}.{layer.EvaluateMethod}({string.Join(", ", layer.Arguments.Select(argument => ArgumentText(argument, none)))});");
            return;
        }

        RecordPlan record = _plan!.RecordOf(layer);
        if (!layer.IsLasting)
        {
            receiver = Hoist(receiver, layer.Type, NameTable.Camel(layer.Label));
            _writer.Line($"{record[("module", layer.Result)]} = {receiver};");
        }

        List<string> arguments = [];
        bool named = false;
        foreach (Argument argument in layer.Arguments)
        {
            arguments.Add(ArgumentText(argument, none));
            named |= argument.IsNamed;
            if (argument.TakesTensor)
                arguments.Add((named ? $"{argument.Parameter}Active: " : "") + (argument.IsTensor ? Flag(argument.Value) : Frozen));
        }

        string field = record[("layer", layer.Result)];
        arguments.Add((named ? "record: " : "") + $"out {field}");
        _writer.Line($"{Definition(layer.Result)} = {receiver}.ForwardSaving({string.Join(", ", arguments)});");
        if (_plan.NeedsFlag(layer.Result))
            DeclareFlag(layer.Result, $"{field} is not null");
    }

    private void EmitOperator(OperatorCall call)
    {
        Dictionary<string, string> replaced = [];
        string target = Print(call.Target);
        if (!Saves(call))
        {
            _writer.Line($"{Definition(call.Result)} = {target}.{call.Method}({string.Join(", ", call.Arguments.Select(argument => ArgumentText(argument, replaced)))});");
            return;
        }

        RecordPlan record = _plan!.RecordOf(call);
        if (!call.IsLasting)
        {
            target = Hoist(target, call.TargetType, NameTable.Camel($"{_graph.Names[call.Result]}Target"));
            _writer.Line($"{record[("target", call.Result)]} = {target};");
        }

        foreach (Argument argument in _plan.SavedArguments(call).Where(argument => !argument.IsParameter))
        {
            string local = replaced[argument.Parameter] = Hoist(Print(argument.Text!), argument.Type, argument.Parameter);
            _writer.Line($"{_plan.SavedArgument(call, argument)} = {local};");
        }

        if (_activity.SourcesOf(call.Result).Count > 1 && _plan.NeedsFlag(call.Result))
        {
            IEnumerable<string> flags = call.Arguments.Where(argument => argument.IsTensor && !_activity.IsFrozen(argument.Value)).Select(argument => Flag(argument.Value));
            DeclareFlag(call.Result, string.Join(" || ", flags.Distinct()));
        }

        string arguments = string.Join(", ", call.Arguments.Select(argument => ArgumentText(argument, replaced)));
        string plain = $"{target}.{call.Method}({arguments})";
        if (call.SavingMethod is null)
        {
            _writer.Line($"{Definition(call.Result)} = {plain};");
        }
        else
        {
            string outputs = string.Concat(call.SavedOutputs.Select(output => $", out {record[("output", call.Result, output)]}"));
            _writer.Line($"{Definition(call.Result)} = {Flag(call.Result)}");
            _writer.Indent();
            _writer.Line($"? {target}.{call.SavingMethod}({arguments}{outputs})");
            _writer.Line($": {plain};");
            _writer.Unindent();
        }

        foreach (IGrouping<int, int> saved in _plan.SavedTensors(call).GroupBy(saved => saved.Value, saved => saved.Decider))
            Save(record, saved.Key, string.Join(" || ", saved.Select(Flag).Distinct()));
    }

    private void Save(RecordPlan record, int value, string condition)
    {
        string field = record[("tensor", value)];
        if (!_written.Add((field, condition)))
            return;
        string assignment = _written.Add(field) ? "=" : "??=";
        string tested = condition.Contains(" || ") ? $"({condition})" : condition;
        _writer.Line($"{field} {assignment} {tested} ? {Name(value)}.Retain() : null;");
    }

    /// <summary>A local that holds an expression's value, unless the expression is one already.</summary>
    private string Hoist(string expression, string type, string name)
    {
        if (expression.All(letter => char.IsLetterOrDigit(letter) || letter is '_' or '@'))
            return expression;
        string local = _names.Unique(name);
        _writer.Line($"{type} {local} = {expression};");
        return local;
    }

    private void DeclareFlag(int value, string condition)
    {
        string name = _flagNames[value] = _names.Unique($"{Name(value).TrimStart('@')}Active");
        _writer.Line($"bool {name} = {condition};");
    }

    private void EmitChoice(Choice choice, HashSet<int> dying)
    {
        _writer.Line();
        foreach (int result in choice.Results)
        {
            if (_declared.Add(result))
                _writer.Line($"global::AdapterToolkit.Tensors.Tensor {Name(result)};");
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
            || (region.End.Kind == TerminatorKind.Continue && _loop is { } loop && region.End.Values.SequenceEqual(loop.Carried.Select(carried => carried.Inside))));

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
                if (region.Operations.FirstOrDefault(operation => GraphStructure.DefinedBy(operation).Contains(value)) is Choice && _flagNames.TryGetValue(results[i], out string? flag))
                    _flagNames[value] = flag;
            }
        }
    }

    private void EmitEnd(Terminator end, HashSet<int> owned)
    {
        switch (end.Kind)
        {
            case TerminatorKind.Yield:
                for (int i = 0; i < end.Values.Count; i++)
                    HandOver(end.Values[i], _results[i], owned);
                ReleaseDead(owned, []);
                break;
            case TerminatorKind.Return:
                EmitReturn(end.Values[0], owned);
                break;
            case TerminatorKind.Throw:
                _writer.Line(Print(end.Text!));
                break;
            case TerminatorKind.Continue:
                EmitCarry(end, owned);
                break;
            case TerminatorKind.Break:
                EmitCarry(end, owned);
                _writer.Line("break;");
                break;
            case TerminatorKind.ReturnFromLoop:
                int value = end.Values[end.Values.Count - 1];
                bool isCarried = end.Values.Take(end.Values.Count - 1).Contains(value);
                _writer.Line($"{Name(_loop!.Returned)} = {(owned.Contains(value) && !isCarried ? Move(value, owned) : $"{Name(value)}.Retain()")};");
                if (_plan?.NeedsFlag(_loop.Returned) == true)
                    _writer.Line($"{_flagNames[_loop.Returned]} = {Flag(value)};");
                EmitCarry(end, owned);
                _writer.Line("break;");
                break;
        }
    }

    private void HandOver(int value, int result, HashSet<int> owned)
    {
        string target = Name(result), source = Name(value);
        if (_plan?.NeedsFlag(result) == true && _flagNames.TryGetValue(result, out string? flag) && Flag(value) != flag)
            _writer.Line($"{flag} = {Flag(value)};");
        if (target == source)
            owned.Remove(value);
        else
            _writer.Line($"{target} = {(owned.Contains(value) ? Move(value, owned) : $"{source}.Retain()")};");
    }

    /// <summary>The name of a value whose hold passes to someone else.</summary>
    private string Move(int value, HashSet<int> owned)
    {
        owned.Remove(value);
        return Name(value);
    }

    private void EmitReturn(int value, HashSet<int> owned)
    {
        string result = owned.Contains(value) ? Move(value, owned) : $"{Name(value)}.Retain()";
        ReleaseDead(owned, []);
        _writer.Line();
        if (_plan is not null)
        {
            RecordPlan run = _plan.Run;
            _writer.Line($"{_recordParameter} = {Flag(value)} ? {run.Variable} : null;");
            _writer.Line($"if ({_recordParameter} is null)");
            _writer.Indent();
            _writer.Line($"{run.Variable}.Release();");
            _writer.Unindent();
        }

        _writer.Line($"return {result};");
    }

    private void EmitLoop(Loop loop, HashSet<int> owned, HashSet<int> usedAfter)
    {
        HashSet<int> usedInside = [.. _structure.UsesOf(loop.Body), .. loop.Header.Values, .. loop.Footer?.Values ?? []];
        foreach (Carried carried in loop.Carried)
        {
            int initial = carried.Initial;
            bool dies = owned.Contains(initial) && !usedAfter.Contains(initial) && !usedInside.Contains(initial) && loop.Carried.Count(other => other.Initial == initial) == 1;
            string initialFlag = _plan?.NeedsFlag(carried.Inside) == true ? Flag(initial) : "";
            if (dies)
            {
                owned.Remove(initial);
                _valueNames[carried.Inside] = Name(initial);
            }
            else
            {
                _valueNames[carried.Inside] = _names.Unique(NameTable.Camel(_graph.Names[carried.Inside]));
                _writer.Line($"global::AdapterToolkit.Tensors.Tensor {Name(carried.Inside)} = {Name(initial)}.Retain();");
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

        if (loop.Returned >= 0)
        {
            _writer.Line($"global::AdapterToolkit.Tensors.Tensor? {Name(loop.Returned)} = null;");
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
                assignments.Add((Name(inside), owned.Contains(value) && !handedOnAgain && !kept.Contains(value) ? Move(value, owned) : $"{Name(value)}.Retain()"));
            }

            if (_plan?.NeedsFlag(inside) == true && Flag(value) != _flagNames[inside])
                assignments.Add((_flagNames[inside], Flag(value)));
        }

        owned.ExceptWith(kept);
        bool overlap = assignments.Any(assignment => assignments.Any(other => other != assignment && Mentions(assignment.Source, other.Target)));
        if (overlap)
            _writer.Line($"({string.Join(", ", assignments.Select(assignment => assignment.Target))}) = ({string.Join(", ", assignments.Select(assignment => assignment.Source))});");
        else
            assignments.ForEach(assignment => _writer.Line($"{assignment.Target} = {assignment.Source};"));
        ReleaseDead(owned, []);
    }

    private static bool Mentions(string expression, string name) =>
        expression.Split(' ', '.', '(', ')', '|').Contains(name);

    private sealed record LoopTarget(EquatableArray<Carried> Carried, int Returned);
}
