using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Dependencies;

/// <summary>What a file declares that code in other files can see. It is read from the syntax alone, once for each version of a file.</summary>
internal sealed class FileDeclarations
{
    /// <summary>The name under which stands what code may mean without naming it: types of <c>System</c>, and operators that extend others.</summary>
    public const string Unnamed = "";

    private static readonly ConditionalWeakTable<SyntaxTree, FileDeclarations> s_known = new();

    private FileDeclarations(SyntaxTree tree)
    {
        CompilationUnitSyntax root = (CompilationUnitSyntax)tree.GetRoot();
        DeclarationText global = new();
        foreach (UsingDirectiveSyntax directive in root.Usings.Where(directive => directive.GlobalKeyword.IsKind(SyntaxKind.GlobalKeyword)))
            global.Add(directive);
        GlobalUsings = global.Identifiers.Count == 0 ? null : global.ToDeclaration();
        Visit(root.Members, "", isNested: false);
        if (root.Members.OfType<GlobalStatementSyntax>().ToArray() is { Length: > 0 } statements)
            AddStatements(statements);
    }

    /// <summary>The declarations, each under every name by which code can mean it.</summary>
    public List<(string Name, Declaration Declaration)> Named { get; } = [];

    /// <summary>The namespaces in full.</summary>
    public HashSet<string> Namespaces { get; } = [];

    /// <summary>The usings for all files; null where there are none.</summary>
    public Declaration? GlobalUsings { get; }

    /// <summary>Those of a file.</summary>
    public static FileDeclarations Of(SyntaxTree tree) => s_known.GetValue(tree, static tree => new FileDeclarations(tree));

    private void Visit(SyntaxList<MemberDeclarationSyntax> members, string space, bool isNested)
    {
        foreach (MemberDeclarationSyntax member in members)
        {
            switch (member)
            {
                case BaseNamespaceDeclarationSyntax inner:
                    string name = space;
                    foreach (SyntaxToken part in inner.Name.DescendantTokens().Where(token => token.IsKind(SyntaxKind.IdentifierToken)))
                        Namespaces.Add(name = name.Length == 0 ? part.ValueText : $"{name}.{part.ValueText}");
                    Visit(inner.Members, name, isNested);
                    break;
                case ExtensionBlockDeclarationSyntax:
                    break;
                case BaseTypeDeclarationSyntax type:
                    AddType(type, type.Identifier.ValueText, space, isNested);
                    if (type is TypeDeclarationSyntax { Members: var inside })
                        Visit(inside, space, isNested: true);
                    break;
                case DelegateDeclarationSyntax type:
                    AddType(type, type.Identifier.ValueText, space, isNested);
                    break;
            }
        }
    }

    private void AddType(MemberDeclarationSyntax type, string name, string space, bool isNested)
    {
        DeclarationText text = new();
        Surroundings.Write(type, text);
        text.Add(type);
        Declaration declaration = text.ToDeclaration();
        Named.Add((name, declaration));
        if (space == "System" || space.StartsWith("System.", StringComparison.Ordinal))
            Named.Add((Unnamed, declaration));
        if (!isNested && type is TypeDeclarationSyntax { Members: var members })
        {
            foreach (string extension in members.SelectMany(ExtensionsOf).Distinct())
                Named.Add((extension, declaration));
        }
    }

    /// <summary>The names of the members that a member of a class adds to other types.</summary>
    private static IEnumerable<string> ExtensionsOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax { ParameterList.Parameters: [var first, ..] } method when first.Modifiers.Any(SyntaxKind.ThisKeyword) =>
            [method.Identifier.ValueText],
        ExtensionBlockDeclarationSyntax block => block.Members.Select(static extension => extension switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            PropertyDeclarationSyntax property => property.Identifier.ValueText,
            _ => Unnamed,
        }),
        _ => [],
    };

    /// <summary>Variables of a program without a class are found from every file, if only to be refused.</summary>
    private void AddStatements(GlobalStatementSyntax[] statements)
    {
        Named.Add(("Program", new Declaration("", [])));
        Declaration program = new(string.Concat(statements.Select(statement => statement.ToString())), []);
        Named.Add(("args", program));
        foreach (SyntaxNode node in statements.SelectMany(static statement => statement.DescendantNodes()))
        {
            SyntaxToken name = node switch
            {
                VariableDeclaratorSyntax variable => variable.Identifier,
                SingleVariableDesignationSyntax variable => variable.Identifier,
                LocalFunctionStatementSyntax function => function.Identifier,
                _ => default,
            };
            if (name.RawKind != 0)
                Named.Add((name.ValueText, program));
        }
    }
}
