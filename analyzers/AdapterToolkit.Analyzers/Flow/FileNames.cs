using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// What the members of one file are called, and which names their bodies use: all that can be known of a file from its text alone. Syntax that calls a
/// member without naming it, as an operator does, does so with an object of the member's class, so that it is a use of that class: whatever gives such an
/// object names the class, or a member that does. Where the member extends another type, it counts as a use of a name that no identifier can have.
/// </summary>
internal sealed class FileNames
{
    // By these the members are found that extend a type and that syntax calls without naming them; no identifier can be so.
    private const string Implicit = ".", Operator = Implicit + "operator", Indexer = Implicit + "this";

    private static readonly string[] s_enumeration = ["GetEnumerator", "GetAsyncEnumerator", "MoveNext", "MoveNextAsync", "Current", "Deconstruct"];
    private static readonly string[] s_awaiting = ["GetAwaiter", "GetResult", "IsCompleted"];
    private static readonly string[] s_disposal = ["Dispose", "DisposeAsync"];
    private static readonly string[] s_query =
    [
        "Select", "SelectMany", "Where", "Join", "GroupJoin", "GroupBy", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Cast",
    ];

    private static readonly string[] s_slices = ["Slice", "Length", "Count"];
    private static readonly string[] s_text = ["ToString", "AppendFormatted", "AppendLiteral"];
    private static readonly HashSet<string> s_implicit =
        ["Add", .. s_enumeration, .. s_awaiting, .. s_disposal, .. s_query, .. s_slices, .. s_text];

    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, FileNames> s_known = new();

    private readonly List<MemberNames> _members = [];
    private readonly Dictionary<string, List<int>> _users = [];

    private FileNames(SyntaxTree tree)
    {
        Tree = tree;
        Read(tree.GetRoot());
    }

    /// <summary>The file.</summary>
    public SyntaxTree Tree { get; }

    /// <summary>Its members, in the order of the text.</summary>
    public IReadOnlyList<MemberNames> Members => _members;

    /// <summary>The names of a file.</summary>
    public static FileNames Of(SyntaxTree tree) => s_known.GetValue(tree, static tree => new FileNames(tree));

    /// <summary>Whether a name can be found in the text of a file that uses it.</summary>
    public static bool IsWord(string name) => !name.StartsWith(Implicit, StringComparison.Ordinal);

    /// <summary>The members, by their places among those of the file, whose declarations use a name.</summary>
    public IReadOnlyList<int> UsersOf(string name) => _users.TryGetValue(name, out List<int>? users) ? users : [];

    /// <summary>The members whose declarations use one of some names.</summary>
    public IEnumerable<MemberNames> UsersOf(IEnumerable<string> names) => names.SelectMany(UsersOf).Distinct().Select(member => _members[member]);

    /// <summary>The members in whose bodies something of a name is assigned, or a method of it called.</summary>
    public IEnumerable<MemberNames> WritersOf(string name) => UsersOf(name).Select(member => _members[member]).Where(member => member.Writes.Contains(name));

    private void Read(SyntaxNode root)
    {
        List<(int Member, int End)> around = [];
        int program = -1;
        foreach (SyntaxNode node in root.DescendantNodes(static node => node is not (AttributeListSyntax or ExternAliasDirectiveSyntax)))
        {
            while (around.Count > 0 && node.SpanStart >= around[around.Count - 1].End)
                around.RemoveAt(around.Count - 1);
            if (node is MemberDeclarationSyntax or UsingDirectiveSyntax { Alias: not null })
            {
                int member = node is GlobalStatementSyntax ? program = program < 0 ? Add(root) : program : Declare(node);
                if (member >= 0)
                    around.Add((member, node.Span.End));
                continue;
            }

            if (around.Count > 0)
                Use(node, around[around.Count - 1].Member);
        }
    }

    /// <summary>Adds a member.</summary>
    /// <returns>Its place among those of the file; negative where the declaration is none.</returns>
    private int Declare(SyntaxNode node) => node switch
    {
        ConstructorDeclarationSyntax constructor => Add(node, constructor.Identifier.ValueText),
        MethodDeclarationSyntax method => s_implicit.Contains(method.Identifier.ValueText)
            ? Add(node, method.Identifier.ValueText, Extends(method) ? Implicit + method.Identifier.ValueText : TypeAround(node))
            : Add(node, method.Identifier.ValueText),
        OperatorDeclarationSyntax => Add(node, IsInExtension(node) ? Operator : TypeAround(node)),
        ConversionOperatorDeclarationSyntax => Add(node, TypeAround(node)),
        DestructorDeclarationSyntax => Add(node),
        PropertyDeclarationSyntax property => s_implicit.Contains(property.Identifier.ValueText)
            ? Add(node, property.Identifier.ValueText, IsInExtension(node) ? Implicit + property.Identifier.ValueText : TypeAround(node))
            : Add(node, property.Identifier.ValueText),
        EventDeclarationSyntax happening => Add(node, happening.Identifier.ValueText),
        IndexerDeclarationSyntax => Add(node, IsInExtension(node) ? Indexer : TypeAround(node)),
        BaseFieldDeclarationSyntax field => Add(node, [.. field.Declaration.Variables.Select(variable => variable.Identifier.ValueText)]),
        TypeDeclarationSyntax type => AddType(type),
        UsingDirectiveSyntax { Alias.Name.Identifier.ValueText: var alias } => Add(node, alias),
        _ => -1,
    };

    private int AddType(TypeDeclarationSyntax type)
    {
        int member = Add(type, [type.Identifier.ValueText, .. type.ParameterList?.Parameters.Select(parameter => parameter.Identifier.ValueText) ?? []]);
        // Objects of a collection's class may be made by a method that an attribute names.
        foreach (AttributeSyntax attribute in type.AttributeLists.SelectMany(list => list.Attributes)
            .Where(attribute => attribute.Name.ToString().Contains("CollectionBuilder")))
        {
            foreach (SyntaxNode node in attribute.DescendantNodes())
            {
                if (node is LiteralExpressionSyntax { Token.Value: string method })
                    Use(method, member);
                else
                    Use(node, member);
            }
        }

        return member;
    }

    private int Add(SyntaxNode node, params ImmutableArray<string> names)
    {
        ImmutableArray<string> types = node is CompilationUnitSyntax ? ["Program"]
            : [.. node.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Select(type => type.Identifier.ValueText)];
        _members.Add(new MemberNames(node, names, types, _members.Count));
        return _members.Count - 1;
    }

    private static string TypeAround(SyntaxNode node) =>
        node.Ancestors().OfType<TypeDeclarationSyntax>().FirstOrDefault()?.Identifier.ValueText ?? "";

    private static bool IsInExtension(SyntaxNode node) => node.Parent is ExtensionBlockDeclarationSyntax;

    private static bool Extends(MethodDeclarationSyntax method) =>
        IsInExtension(method) || method.ParameterList.Parameters is [{ Modifiers: var modifiers }, ..] && modifiers.Any(SyntaxKind.ThisKeyword);

    private void Use(SyntaxNode node, int member)
    {
        switch (node)
        {
            case SimpleNameSyntax name:
                Use(name.Identifier.ValueText, member);
                break;
            case AssignmentExpressionSyntax assignment:
                Write(assignment.Left, member);
                if (!assignment.IsKind(SyntaxKind.SimpleAssignmentExpression))
                    Use(Operator, member);
                break;
            case BinaryExpressionSyntax or PrefixUnaryExpressionSyntax or PostfixUnaryExpressionSyntax:
                Use(Operator, member);
                break;
            case ElementAccessExpressionSyntax or ElementBindingExpressionSyntax or ImplicitElementAccessSyntax:
                Use(Indexer, member);
                break;
            // An object of the class around, or of one that the class around has to do with.
            case ThisExpressionSyntax or BaseExpressionSyntax or ImplicitObjectCreationExpressionSyntax or ConstructorInitializerSyntax:
                foreach (string type in _members[member].Types)
                    Use(type, member);
                break;
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: var filled }, ArgumentList.Arguments.Count: > 0 }:
                Write(filled, member);
                break;
            case ConditionalAccessExpressionSyntax conditional:
                Write(conditional.Expression, member);
                break;
            case ArgumentSyntax { RefKindKeyword.RawKind: not 0 } argument:
                Write(argument.Expression, member);
                break;
            case CommonForEachStatementSyntax:
                Use(s_enumeration, member);
                break;
            case AwaitExpressionSyntax:
                Use(s_awaiting, member);
                break;
            case UsingStatementSyntax or LocalDeclarationStatementSyntax { UsingKeyword.RawKind: not 0 }:
                Use(s_disposal, member);
                break;
            case QueryExpressionSyntax:
                Use(s_query, member);
                break;
            case RangeExpressionSyntax or ListPatternSyntax:
                Use(Indexer, member);
                Use(s_slices, member);
                break;
            case InterpolatedStringExpressionSyntax:
                Use(s_text, member);
                break;
            case CollectionExpressionSyntax or InitializerExpressionSyntax:
                Use(Implicit + "Add", member);
                break;
            case TupleExpressionSyntax or DeclarationExpressionSyntax or PositionalPatternClauseSyntax:
                Use(Implicit + "Deconstruct", member);
                break;
        }
    }

    private void Use(string[] names, int member)
    {
        foreach (string name in names)
            Use(Implicit + name, member);
    }

    private void Use(string name, int member)
    {
        if (!_users.TryGetValue(name, out List<int>? users))
            _users.Add(name, users = []);
        if (users.Count == 0 || users[users.Count - 1] != member)
            users.Add(member);
    }

    /// <summary>Notes what an assignment, or a call of an object's method, may change: what is named before its members and elements.</summary>
    private void Write(ExpressionSyntax target, int member)
    {
        while (true)
        {
            switch (target)
            {
                case IdentifierNameSyntax name:
                    _members[member].Writes.Add(name.Identifier.ValueText);
                    return;
                case MemberAccessExpressionSyntax access:
                    _members[member].Writes.Add(access.Name.Identifier.ValueText);
                    target = access.Expression;
                    break;
                case MemberBindingExpressionSyntax binding:
                    _members[member].Writes.Add(binding.Name.Identifier.ValueText);
                    return;
                case ElementAccessExpressionSyntax element:
                    target = element.Expression;
                    break;
                case ParenthesizedExpressionSyntax parenthesized:
                    target = parenthesized.Expression;
                    break;
                case PostfixUnaryExpressionSyntax postfix:
                    target = postfix.Operand;
                    break;
                case TupleExpressionSyntax tuple:
                    foreach (ArgumentSyntax argument in tuple.Arguments)
                        Write(argument.Expression, member);
                    return;
                default:
                    return;
            }
        }
    }
}
