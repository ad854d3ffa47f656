using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Planning;

namespace AdapterToolkit.Generators.Emission.Models;

/// <content>How control leaves a region: the operands of the terminator are moved into phis, all else is released.</content>
internal sealed partial class ForwardEmitter
{
    private void EmitTerminator(Terminator terminator, HashSet<int> owned)
    {
        switch (terminator.Kind)
        {
            case TerminatorKind.Yield:
                for (int i = 0; i < terminator.Operands.Count; i++)
                    AssignPhi(terminator.Operands[i], _results[i], owned);
                ReleaseDead(owned, []);
                break;
            case TerminatorKind.Return:
                EmitReturn(terminator.Operands[0], owned);
                break;
            case TerminatorKind.Throw:
                _writer.Line(Print(terminator.Code!));
                break;
            case TerminatorKind.Continue:
                AssignBlockArguments(terminator, owned);
                break;
            case TerminatorKind.Break:
                AssignBlockArguments(terminator, owned);
                _writer.Line("break;");
                break;
            case TerminatorKind.ReturnFromLoop:
                int value = terminator.Operands[terminator.Operands.Count - 1];
                bool isCarried = terminator.Operands.Take(terminator.Operands.Count - 1).Contains(value);
                _writer.Line($"{Name(_loop!.Returned)} = {(owned.Contains(value) && !isCarried ? Move(value, owned) : $"{Name(value)}.Retain()")};");
                if (_plan?.NeedsFlag(_loop.Returned) == true)
                    _writer.Line($"{_flagNames[_loop.Returned]} = {Flag(value)};");
                AssignBlockArguments(terminator, owned);
                _writer.Line("break;");
                break;
        }
    }

    private void AssignPhi(int value, int phi, HashSet<int> owned)
    {
        string target = Name(phi), source = Name(value);
        if (_plan?.NeedsFlag(phi) == true && _flagNames.TryGetValue(phi, out string? flag) && Flag(value) != flag)
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
