using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <content>Loops, and the variables that they carry from one iteration to the next.</content>
internal sealed partial class ForwardLifter
{
    private Terminator? LiftLoop(ILoopOperation loop, StatementQueue? rest)
    {
        string source = _source;
        ISymbol[] assigned = [.. ControlFlow.AssignedTensors(loop, _types).Distinct(SymbolEqualityComparer.Default).Where(_variables.ContainsKey)];
        Dictionary<ISymbol, int> before = _variables;
        Dictionary<ISymbol, int> inside = new(before, SymbolEqualityComparer.Default);
        foreach (ISymbol variable in assigned)
            inside[variable] = NewValue(variable.Name);

        LoopState? outer = _loop;
        bool insideArm = _insideArm;
        LoopState state = _loop = new LoopState(assigned);
        _variables = new Dictionary<ISymbol, int>(inside, SymbolEqualityComparer.Default);
        (CarriedText header, CarriedText? footer, string label) = HeaderOf(loop);
        Region body = LiftRegion(StatementQueue.Prepend([loop.Body], null));
        _loop = outer;
        _insideArm = insideArm;

        _variables = before;
        List<Carried> carried = [];
        foreach (ISymbol variable in assigned)
        {
            int after = NewValue(variable.Name);
            carried.Add(new Carried(before[variable], inside[variable], after));
            _variables[variable] = after;
        }

        _operations.Add(new Loop(source, header, footer, label, new EquatableArray<Carried>(carried), state.Returned, body));
        if (state.Returned < 0)
            return null;
        CarriedText returned = new(new EquatableArray<TextPart>([new TextPart("", state.Returned), new TextPart(" is not null", -1)]));
        return LiftLeavingChoice(source, returned, () => ReturnValue(state.Returned), () => LiftStatements(rest));
    }

    private (CarriedText Header, CarriedText? Footer, string Label) HeaderOf(ILoopOperation loop)
    {
        foreach (ILocalSymbol local in loop.Locals)
        {
            if (_types.IsTensor(local.Type))
                throw new LiftingException(loop.Syntax, $"A loop over tensors ('{local.Name}')", "name the tensors one by one, or loop over modules");
        }

        switch (loop.Syntax)
        {
            case ForEachStatementSyntax { AwaitKeyword.RawKind: 0 } each:
                ITypeSymbol type = ((ILocalSymbol)_model.GetDeclaredSymbol(each)!).Type;
                string typeName = type.IsAnonymousType ? "var" : type.ToDisplayString(TypeNames.InFull);
                return (_carrier.Carry($"foreach ({typeName} {each.Identifier.Text} in ", each.Expression, ")"), null, each.Identifier.ValueText);
            case ForEachVariableStatementSyntax { AwaitKeyword.RawKind: 0 } each:
                return (_carrier.Carry("foreach (", each.Variable, " in ", each.Expression, ")"), null, "iteration");
            case ForStatementSyntax counting:
                return (ForHeader(counting), null, "iteration");
            case WhileStatementSyntax loopWhile:
                return (_carrier.Carry("while (", loopWhile.Condition, ")"), null, "iteration");
            case DoStatementSyntax loopUntil:
                return (CarriedText.Of("do"), _carrier.Carry("while (", loopUntil.Condition, ");"), "iteration");
            default:
                throw new LiftingException(loop.Syntax, "This kind of loop", "use for, foreach, while or do");
        }
    }

    private CarriedText ForHeader(ForStatementSyntax loop)
    {
        List<object> pieces = ["for ("];
        if (loop.Declaration is not null)
            pieces.Add(loop.Declaration);
        AddSeparated(loop.Initializers);
        pieces.Add("; ");
        if (loop.Condition is not null)
            pieces.Add(loop.Condition);
        pieces.Add("; ");
        AddSeparated(loop.Incrementors);
        pieces.Add(")");
        return _carrier.Carry([.. pieces]);

        void AddSeparated(SeparatedSyntaxList<ExpressionSyntax> expressions)
        {
            for (int i = 0; i < expressions.Count; i++)
            {
                if (i > 0)
                    pieces.Add(", ");
                pieces.Add(expressions[i]);
            }
        }
    }
}
