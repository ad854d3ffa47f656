using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>
/// A body that is being lifted: that of <c>Forward</c>, or of a helper in place of a call of it. A helper's variables stand among those of its
/// caller, so that each call gives them fresh names.
/// </summary>
internal sealed class CallFrame
{
    private readonly Func<string, string> _fresh;
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<ISymbol, BoundArgument> _arguments = new(SymbolEqualityComparer.Default);
    private readonly List<BoundArgument> _held = [];

    /// <summary>Makes the frame of <c>Forward</c>, or of a helper.</summary>
    /// <param name="method">The method.</param>
    /// <param name="declaration">Its declaration.</param>
    /// <param name="model">The semantic model of its file.</param>
    /// <param name="resultNames">Names for the tensors that it returns.</param>
    /// <param name="fresh">Gives a name like another that no other variable has.</param>
    /// <param name="caller">The frame that calls it; null of <c>Forward</c>.</param>
    /// <param name="call">The call; null of <c>Forward</c>.</param>
    public CallFrame(
        IMethodSymbol method,
        SyntaxNode declaration,
        SemanticModel model,
        IReadOnlyList<string> resultNames,
        Func<string, string> fresh,
        CallFrame? caller = null,
        SyntaxNode? call = null)
    {
        _fresh = fresh;
        Method = method;
        Declaration = declaration;
        Model = model;
        ResultNames = resultNames;
        Caller = caller;
        Call = call;
        Class = caller?.Class ?? method.ContainingType;
        Hidden = caller?.Hidden ?? [.. DeclaredIn(declaration)];
    }

    /// <summary>The method.</summary>
    public IMethodSymbol Method { get; }

    /// <summary>Its declaration.</summary>
    public SyntaxNode Declaration { get; }

    /// <summary>The semantic model of its file.</summary>
    public SemanticModel Model { get; }

    /// <summary>Names for the tensors that it returns.</summary>
    public IReadOnlyList<string> ResultNames { get; }

    /// <summary>The frame that calls it; null of <c>Forward</c>.</summary>
    public CallFrame? Caller { get; }

    /// <summary>The call; null of <c>Forward</c>.</summary>
    public SyntaxNode? Call { get; }

    /// <summary>The class whose <c>Forward</c> is lifted.</summary>
    public INamedTypeSymbol Class { get; }

    /// <summary>Whether the body stands in a class that the lifted one derives from.</summary>
    public bool IsInherited => !SymbolEqualityComparer.Default.Equals(Method.ContainingType, Class);

    /// <summary>The names of members that mean variables of <c>Forward</c> where its code, and that of its helpers, is emitted.</summary>
    public HashSet<string> Hidden { get; }

    /// <summary>The arguments that code of the helper needs in a variable of their own.</summary>
    public IReadOnlyList<BoundArgument> Held => _held;

    /// <summary>Binds a parameter to what the call gives for it.</summary>
    public void Bind(IParameterSymbol parameter, BoundArgument argument) => _arguments[parameter] = argument;

    /// <summary>What a parameter is bound to in this frame, or in one that calls it; null of any other variable.</summary>
    public BoundArgument? ArgumentOf(ISymbol parameter) =>
        _arguments.TryGetValue(parameter, out BoundArgument? argument) ? argument : Caller?.ArgumentOf(parameter);

    /// <summary>The name that emitted code has for a variable or a local function.</summary>
    public string NameOf(ISymbol variable)
    {
        if (Caller is null)
            return variable.Name;
        if (!SymbolEqualityComparer.Default.Equals(variable.ContainingSymbol, Method))
            return Caller.NameOf(variable);
        if (_arguments.TryGetValue(variable, out BoundArgument? argument))
        {
            if (argument.Variable is null)
            {
                argument.Hold(NameOf(variable.Name));
                _held.Add(argument);
            }

            return argument.Variable!;
        }

        return NameOf(variable.Name);
    }

    /// <summary>A frame up the calls, this one included, that lifts a method; null where none does.</summary>
    public CallFrame? Find(IMethodSymbol method) => SymbolEqualityComparer.Default.Equals(method, Method) ? this : Caller?.Find(method);

    /// <summary>What stands above code that a line of the user's caused: the line, with the name of the helper that it stands in.</summary>
    public string Describe(string line) => Caller is null ? line : $"{Method.Name}: {line}";

    private string NameOf(string variable)
    {
        if (!_names.TryGetValue(variable, out string? name))
            _names[variable] = name = _fresh(variable);
        return name;
    }

    private static IEnumerable<string> DeclaredIn(SyntaxNode declaration)
    {
        foreach (SyntaxNode node in declaration.DescendantNodes())
        {
            SyntaxToken name = DeclaredName(node);
            if (name.IsKind(SyntaxKind.IdentifierToken))
                yield return name.ValueText;
        }
    }

    /// <summary>The token that names what a piece of syntax declares; none where it declares nothing.</summary>
    public static SyntaxToken DeclaredName(SyntaxNode? node) => node switch
    {
        VariableDeclaratorSyntax variable => variable.Identifier,
        SingleVariableDesignationSyntax variable => variable.Identifier,
        ForEachStatementSyntax loop => loop.Identifier,
        CatchDeclarationSyntax handler => handler.Identifier,
        ParameterSyntax parameter => parameter.Identifier,
        LocalFunctionStatementSyntax function => function.Identifier,
        _ => default,
    };
}
