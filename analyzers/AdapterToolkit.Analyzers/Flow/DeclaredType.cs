using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>
/// A class of a file, or a part of one, by names: what it derives from, and its fields, properties and parameters of its own, which a body can write for
/// others to read.
/// </summary>
internal sealed class DeclaredType
{
    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, DeclaredType[]> s_known = new();

    private DeclaredType(TypeDeclarationSyntax declaration)
    {
        Declaration = declaration;
        Storage = [.. StorageOf(declaration)];
        Bases = declaration.BaseList is null ? []
            : [.. declaration.BaseList.Types.SelectMany(given => given.DescendantNodes().OfType<SimpleNameSyntax>()).Select(name => name.Identifier.ValueText)];
    }

    /// <summary>The declaration.</summary>
    public TypeDeclarationSyntax Declaration { get; }

    /// <summary>The name.</summary>
    public string Name => Declaration.Identifier.ValueText;

    /// <summary>The names in the list of what it derives from.</summary>
    public IReadOnlyList<string> Bases { get; }

    /// <summary>The fields, properties and parameters, and whether they are private.</summary>
    public IReadOnlyList<(string Name, bool IsPrivate)> Storage { get; }

    /// <summary>The classes of a file.</summary>
    public static IReadOnlyList<DeclaredType> In(SyntaxTree tree) => s_known.GetValue(tree, static tree =>
    [
        .. tree.GetRoot().DescendantNodes(static node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax or TypeDeclarationSyntax)
            .OfType<TypeDeclarationSyntax>().Select(type => new DeclaredType(type)),
    ]);

    /// <summary>Whether a member can be used in its class alone.</summary>
    public static bool IsPrivate(MemberDeclarationSyntax member)
    {
        if (member.Parent is not TypeDeclarationSyntax { Identifier.ValueText.Length: > 0 } type
            || member is MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null }
                or BasePropertyDeclarationSyntax { ExplicitInterfaceSpecifier: not null })
            return false;
        bool isPrivate = type is not InterfaceDeclarationSyntax;
        foreach (SyntaxToken modifier in member.Modifiers)
        {
            if (modifier.Text is "public" or "internal" or "protected")
                return false;
            isPrivate |= modifier.Text == "private";
        }

        return isPrivate;
    }

    private static IEnumerable<(string Name, bool IsPrivate)> StorageOf(TypeDeclarationSyntax type)
    {
        foreach (ParameterSyntax parameter in type.ParameterList?.Parameters ?? [])
            yield return (parameter.Identifier.ValueText, type is not RecordDeclarationSyntax);
        foreach (MemberDeclarationSyntax member in type.Members)
        {
            switch (member)
            {
                case BaseFieldDeclarationSyntax field:
                    foreach (VariableDeclaratorSyntax variable in field.Declaration.Variables)
                        yield return (variable.Identifier.ValueText, IsPrivate(field));
                    break;
                case PropertyDeclarationSyntax property:
                    yield return (property.Identifier.ValueText, IsPrivate(property));
                    break;
                case EventDeclarationSyntax happening:
                    yield return (happening.Identifier.ValueText, IsPrivate(happening));
                    break;
            }
        }
    }
}
