using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>How control leaves a region: what is handed on changes its holder, what is not is released.</content>
internal sealed partial class ForwardEmitter
{
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
}
