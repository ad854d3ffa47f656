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
    private Terminator? LiftLoop(ILoopOperation loop, Continuation? continuation)
    {
        string source = _source;
        ISymbol[] assigned = [.. ControlFlow.AssignedTensors(loop, _types).Distinct(SymbolEqualityComparer.Default).Where(_variables.ContainsKey)];
        Dictionary<ISymbol, int> before = _variables;
        Dictionary<ISymbol, int> inside = new(before, SymbolEqualityComparer.Default);
        foreach (ISymbol variable in assigned)
            inside[variable] = NewValue(variable.Name);

        LoopState? outer = _loop;
        bool insideBranch = _insideBranch;
        LoopState state = _loop = new LoopState(assigned);
        _variables = new Dictionary<ISymbol, int>(inside, SymbolEqualityComparer.Default);
        (OpaqueCode header, OpaqueCode? footer, string label) = HeaderOf(loop);
        Region body = LiftRegion(Continuation.Prepend([loop.Body], null));
        _loop = outer;
        _insideBranch = insideBranch;

        _variables = before;
        List<LoopCarriedValue> carried = [];
        foreach (ISymbol variable in assigned)
        {
            int after = NewValue(variable.Name);
            carried.Add(new LoopCarriedValue(before[variable], inside[variable], after));
            _variables[variable] = after;
        }

        _operations.Add(new Loop(source, header, footer, label, new EquatableArray<LoopCarriedValue>(carried), state.Returned, body));
        if (state.Returned < 0)
            return null;
        OpaqueCode returned = new(new EquatableArray<CodePart>([new CodePart("", state.Returned), new CodePart(" is not null", -1)]));
        return LiftExitingConditional(source, returned, () => ReturnValue(state.Returned), () => LiftStatements(continuation));
    }

    private (OpaqueCode Header, OpaqueCode? Footer, string Label) HeaderOf(ILoopOperation loop)
    {
        foreach (ILocalSymbol local in loop.Locals)
        {
            if (_types.IsTensor(local.Type))
                throw new LiftingException(loop.Syntax, $"A loop over tensors ('{local.Name}')", "name the tensors one by one, or loop over modules");
        }

        switch (loop.Syntax)
        {
            case ForEachStatementSyntax { AwaitKeyword.RawKind: 0 } each:
                ITypeSymbol type = ((ILocalSymbol)_frame.Model.GetDeclaredSymbol(each)!).Type;
                string typeName = type.IsAnonymousType ? "var" : type.ToDisplayString(TypeNames.InFull);
                string variable = _qualifier.NameOf(each.Identifier);
                return (_qualifier.Qualify($"foreach ({typeName} {variable} in ", each.Expression, ")"), null, each.Identifier.ValueText);
            case ForEachVariableStatementSyntax { AwaitKeyword.RawKind: 0 } each:
                return (_qualifier.Qualify("foreach (", each.Variable, " in ", each.Expression, ")"), null, "iteration");
            case ForStatementSyntax counting:
                return (ForHeader(counting), null, "iteration");
            case WhileStatementSyntax loopWhile:
                return (_qualifier.Qualify("while (", loopWhile.Condition, ")"), null, "iteration");
            case DoStatementSyntax loopUntil:
                return (OpaqueCode.Of("do"), _qualifier.Qualify("while (", loopUntil.Condition, ");"), "iteration");
            default:
                throw new LiftingException(loop.Syntax, "This kind of loop", "use for, foreach, while or do");
        }
    }

    private OpaqueCode ForHeader(ForStatementSyntax loop)
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
        return _qualifier.Qualify([.. pieces]);

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
