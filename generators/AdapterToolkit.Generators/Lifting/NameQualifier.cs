using System.Text;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// Makes opaque code of the user's source for emitted files, where the user's usings and aliases do not hold: qualifies every
/// name of a type and of a static member, and writes calls of extension methods as static ones. White space shrinks to one space.
/// </summary>
/// <param name="frame">The body that the text stands in.</param>
/// <param name="types">The toolkit's types.</param>
/// <param name="helpers">Tells which local functions are lifted where they are called.</param>
/// <param name="valueOf">The value that a tensor variable has here; throws where it has none.</param>
internal sealed class NameQualifier(CallFrame frame, KnownTypes types, HelperReader helpers, Func<ISymbol, SyntaxNode, int> valueOf)
{
    private static readonly string[] s_readableTensorMembers =
    [
        RuntimeNames.Members.Shape, RuntimeNames.Members.Rows, RuntimeNames.Members.Columns, RuntimeNames.Members.Device, RuntimeNames.Members.Bytes,
    ];

    private readonly List<CodePart> _parts = [];
    private readonly StringBuilder _text = new();
    private bool _spacePending;

    /// <summary>Qualifies an expression or statement.</summary>
    public OpaqueCode Qualify(SyntaxNode node)
    {
        _parts.Clear();
        _text.Clear();
        _spacePending = false;
        Write(node);
        Flush();
        return new OpaqueCode(new EquatableArray<CodePart>(_parts));
    }

    /// <summary>Qualifies several pieces, with text of one's own between them.</summary>
    public OpaqueCode Qualify(params object[] pieces)
    {
        _parts.Clear();
        _text.Clear();
        _spacePending = false;
        foreach (object piece in pieces)
        {
            if (piece is SyntaxNode node)
            {
                Write(node);
                _spacePending = false;
            }
            else
            {
                _text.Append((string)piece);
            }
        }

        Flush();
        return new OpaqueCode(new EquatableArray<CodePart>(_parts));
    }

    /// <summary>The name that emitted code has for the variable that a token declares.</summary>
    public string NameOf(SyntaxToken token)
    {
        if (frame.Caller is null || CallFrame.DeclaredName(token.Parent) != token || frame.Model.GetDeclaredSymbol(token.Parent!) is not { } variable)
            return token.Text;
        string name = frame.NameOf(variable);
        return name == token.ValueText ? token.Text : name;
    }

    private void Write(SyntaxNode node)
    {
        if (frame.IsInherited && node is ExpressionSyntax inherited)
            InheritedCode.Check(inherited, frame);
        switch (node)
        {
            case ArgumentSyntax { NameColon: null, Parent: TupleExpressionSyntax, Expression: IdentifierNameSyntax name } element
                when NamesElement(element, name):
                Append($"{name.Identifier.Text}: ");
                Write(element.Expression);
                return;
            case AnonymousObjectMemberDeclaratorSyntax { NameEquals: null, Expression: IdentifierNameSyntax name } member when IsRenamed(name):
                Append($"{name.Identifier.Text} = ");
                Write(member.Expression);
                return;
            case QueryExpressionSyntax:
                throw new LiftingException(
                    node, "A query expression", "its methods are found through usings, which emitted code does not have; call the methods by name");
            case AwaitExpressionSyntax:
                throw new LiftingException(node, "'await'", "Forward runs in one go; await before calling it");
            case InvocationExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "nameof" } }
                when frame.Model.GetConstantValue(node) is { HasValue: true, Value: string name }:
                Append(SymbolDisplay.FormatLiteral(name, quote: true));
                SpaceAfter(node);
                return;
            case InvocationExpressionSyntax invocation when ReducedExtension(invocation) is { } extension:
                WriteExtensionCall(invocation, extension);
                return;
            case CollectionExpressionSyntax or ArrayCreationExpressionSyntax or ImplicitArrayCreationExpressionSyntax
                or BaseObjectCreationExpressionSyntax { Initializer: not null }
                when IsListOfTensors((ExpressionSyntax)node):
                throw new LiftingException(node, "A list of tensors", "keep each tensor in a local of its own");
            case TypeSyntax { IsVar: true }:
                Append("var");
                SpaceAfter(node);
                return;
            case MemberAccessExpressionSyntax access when types.IsTensor(frame.Model.GetTypeInfo(access.Expression).Type):
                WriteTensorMember(access);
                return;
            case NameSyntax or MemberAccessExpressionSyntax
                when frame.Model.GetSymbolInfo(node).Symbol is INamedTypeSymbol type && node.Parent is not NameColonSyntax:
                Append(type.ToDisplayString(TypeNames.InFull));
                SpaceAfter(node);
                return;
            case SimpleNameSyntax name when IsLeading(name):
                WriteLeadingName(name);
                return;
            case ExpressionSyntax expression
                when types.IsTensor(frame.Model.GetTypeInfo(expression).Type)
                    && expression is not (NameSyntax or ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax):
                throw new LiftingException(node, "A tensor computed inside an expression that is no tensor arithmetic", "assign it to a local first");
        }

        foreach (SyntaxNodeOrToken child in node.ChildNodesAndTokens())
        {
            if (child.AsNode() is { } childNode)
                Write(childNode);
            else
                WriteToken(child.AsToken());
        }
    }

    /// <summary>Whether an element of a tuple is named after a variable that has another name in emitted code.</summary>
    private bool NamesElement(ArgumentSyntax element, IdentifierNameSyntax name)
    {
        TupleExpressionSyntax tuple = (TupleExpressionSyntax)element.Parent!;
        if (!IsRenamed(name)
            || frame.Model.GetTypeInfo(tuple).ConvertedType is not INamedTypeSymbol { IsTupleType: true } type
            || type.TupleElements[tuple.Arguments.IndexOf(element)].Name != name.Identifier.ValueText)
            return false;
        SyntaxNode outer = element;
        while (outer is ArgumentSyntax or TupleExpressionSyntax)
            outer = outer.Parent!;
        return outer is not AssignmentExpressionSyntax assignment || !assignment.Left.Span.Contains(element.Span);
    }

    /// <summary>Whether emitted code has another name for a variable or a local function.</summary>
    private bool IsRenamed(SimpleNameSyntax name) =>
        frame.Caller is not null
        && frame.Model.GetSymbolInfo(name).Symbol is { } symbol
            and (ILocalSymbol or IParameterSymbol or IMethodSymbol { MethodKind: MethodKind.LocalFunction })
        && !types.IsTensor(frame.Model.GetTypeInfo(name).Type)
        && frame.NameOf(symbol) != symbol.Name;

    private bool IsListOfTensors(ExpressionSyntax list)
    {
        TypeInfo info = frame.Model.GetTypeInfo(list);
        return (info.Type ?? info.ConvertedType) is { } type && types.IsTensor(types.ElementType(type));
    }

    private void WriteToken(SyntaxToken token)
    {
        if (token.HasLeadingTrivia && token.LeadingTrivia.Any(IsSpace))
            _spacePending = true;
        Append(NameOf(token));
        if (token.HasTrailingTrivia && token.TrailingTrivia.Any(IsSpace))
            _spacePending = true;
    }

    private static bool IsSpace(SyntaxTrivia trivia) => trivia.IsKind(SyntaxKind.WhitespaceTrivia) || trivia.IsKind(SyntaxKind.EndOfLineTrivia);

    /// <summary>Writes the members of a tensor that tell its form, but not its numbers: those have a gradient.</summary>
    private void WriteTensorMember(MemberAccessExpressionSyntax access)
    {
        if (!s_readableTensorMembers.Contains(access.Name.Identifier.Text))
            throw new LiftingException(
                access,
                $"'{access.Name.Identifier.Text}' of a tensor",
                "only Shape, Rows, Columns, Device and Bytes can be read in Forward; put what reads its numbers into a method with [Gradient]");
        Write(access.Expression);
        _spacePending = false;
        Append("." + access.Name.Identifier.Text);
        SpaceAfter(access);
    }

    private void WriteLeadingName(SimpleNameSyntax name)
    {
        ISymbol? symbol = frame.Model.GetSymbolInfo(name).Symbol;
        switch (symbol)
        {
            case ILocalSymbol or IParameterSymbol when types.IsTensor(frame.Model.GetTypeInfo(name).Type):
                WriteTensor(name, symbol);
                return;
            case IMethodSymbol { MethodKind: MethodKind.LocalFunction } function when helpers.ComputesTensors(function, frame.Model):
                throw Unemitted(name);
            case ILocalSymbol or IParameterSymbol or IMethodSymbol { MethodKind: MethodKind.LocalFunction } when IsRenamed(name):
                Append(frame.NameOf(symbol));
                SpaceAfter(name);
                return;
            case IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } } when IsHidden(symbol):
                throw new LiftingException(name, $"The constructor's parameter '{symbol.Name}', which a variable of Forward hides", "rename one of them");
            case IFieldSymbol or IPropertySymbol or IEventSymbol or IMethodSymbol { MethodKind: MethodKind.Ordinary }
                when !symbol.IsStatic && IsHidden(symbol):
                Append("this.");
                break;
            case { IsStatic: true, ContainingType: { } container }
                and (IFieldSymbol or IPropertySymbol or IMethodSymbol { MethodKind: MethodKind.Ordinary } or IEventSymbol):
                Append($"{container.ToDisplayString(TypeNames.InFull)}.");
                break;
            case IPropertySymbol or IFieldSymbol when types.IsTensor(frame.Model.GetTypeInfo(name).Type):
                throw new LiftingException(name, $"'{symbol.Name}', a tensor that is no local and no parameter", "pass it to Forward as a parameter");
        }

        if (name is GenericNameSyntax generic)
        {
            WriteToken(generic.Identifier);
            Write(generic.TypeArgumentList);
        }
        else
        {
            WriteToken(name.Identifier);
        }
    }

    /// <summary>The error at a name of a local function that is lifted where it is called, and so not emitted.</summary>
    private static LiftingException Unemitted(SimpleNameSyntax name) => name.Parent is InvocationExpressionSyntax
        ? new LiftingException(
            name,
            $"A call of '{name.Identifier.Text}' in code that is no tensor arithmetic",
            "return a tensor, and assign it to a local of type Tensor")
        : new LiftingException(
            name,
            $"The local function '{name.Identifier.Text}' as a delegate",
            "which body a delegate runs shows only at run time; call it by its name");

    /// <summary>Whether the name of what a helper's code means stands for a variable of <c>Forward</c> where that code is emitted.</summary>
    private bool IsHidden(ISymbol symbol) => frame.Caller is not null && frame.Hidden.Contains(symbol.Name);

    private void WriteTensor(SimpleNameSyntax name, ISymbol symbol)
    {
        if (name.Ancestors().TakeWhile(ancestor => ancestor != frame.Declaration)
            .Any(ancestor => ancestor is AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            throw new LiftingException(
                name,
                $"The tensor '{symbol.Name}' inside a lambda or local function",
                "write the code in Forward itself, or read its shape into a local before");
        if (!IsHarmless(name))
            throw new LiftingException(
                name,
                $"The use of tensor '{symbol.Name}' in code that has no gradient",
                "call an operator of Op, a module, or a method marked [Gradient]");
        int value = valueOf(symbol, name);
        Append("");
        Flush();
        _parts.Add(new CodePart("", value));
        SpaceAfter(name);
    }

    /// <summary>Whether a tensor's name stands where its numbers are not read: before a member that tells its form, or in a null check.</summary>
    private bool IsHarmless(SimpleNameSyntax name)
    {
        SyntaxNode outer = name;
        while (outer.Parent is ParenthesizedExpressionSyntax or PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.SuppressNullableWarningExpression })
            outer = outer.Parent;
        if (outer.Parent is MemberAccessExpressionSyntax access && access.Expression == outer)
            return s_readableTensorMembers.Contains(access.Name.Identifier.Text);
        if (outer.Parent is IsPatternExpressionSyntax { Pattern: ConstantPatternSyntax or UnaryPatternSyntax { Pattern: ConstantPatternSyntax } })
            return true;
        return outer.Parent is ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax call }
            && frame.Model.GetSymbolInfo(call).Symbol is IMethodSymbol { Name: "ThrowIfNull", ContainingType.Name: "ArgumentNullException" };
    }

    private IMethodSymbol? ReducedExtension(InvocationExpressionSyntax invocation) =>
        invocation.Expression is MemberAccessExpressionSyntax
            && frame.Model.GetSymbolInfo(invocation).Symbol is IMethodSymbol { MethodKind: MethodKind.ReducedExtension } method
                ? method
                : null;

    private void WriteExtensionCall(InvocationExpressionSyntax invocation, IMethodSymbol method)
    {
        MemberAccessExpressionSyntax access = (MemberAccessExpressionSyntax)invocation.Expression;
        Append($"{method.ContainingType.ToDisplayString(TypeNames.InFull)}.");
        Write(access.Name);
        _spacePending = false;
        Append("(");
        Write(access.Expression);
        _spacePending = false;
        foreach (ArgumentSyntax argument in invocation.ArgumentList.Arguments)
        {
            Append(", ");
            Write(argument);
            _spacePending = false;
        }

        Append(")");
        SpaceAfter(invocation);
    }

    /// <summary>Whether a name begins an expression or type, so that usings and the enclosing class decide what it means.</summary>
    private static bool IsLeading(SimpleNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access => access.Expression == name,
        QualifiedNameSyntax qualified => qualified.Left == name,
        MemberBindingExpressionSyntax or AliasQualifiedNameSyntax or NameColonSyntax or NameEqualsSyntax => false,
        AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax } assignment => assignment.Left != name,
        _ => true,
    };

    private void SpaceAfter(SyntaxNode node)
    {
        SyntaxToken last = node.GetLastToken();
        _spacePending = last.HasTrailingTrivia && last.TrailingTrivia.Any(IsSpace);
    }

    private void Append(string text)
    {
        if (_spacePending && (_parts.Count > 0 || _text.Length > 0))
            _text.Append(' ');
        _spacePending = false;
        _text.Append(text);
    }

    private void Flush()
    {
        if (_text.Length > 0)
            _parts.Add(new CodePart(_text.ToString(), -1));
        _text.Clear();
    }
}
