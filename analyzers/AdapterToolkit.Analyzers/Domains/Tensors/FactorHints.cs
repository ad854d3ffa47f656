using System.Runtime.CompilerServices;
using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <summary>Where in one file there may be factors, as its text alone tells.</summary>
internal sealed class FactorHints
{
    private const string Parameter = "Parameter";

    // A file that is not edited keeps its tree, and what is known of it.
    private static readonly ConditionalWeakTable<SyntaxTree, FactorHints> s_known = new();

    private FactorHints(SyntaxTree tree)
    {
        WrittenText written = WrittenText.Of(tree);
        Names = [.. FactorNames.PartsOfLowRank.SelectMany(written.WordsWith).Distinct()];
        FileWords words = FileWords.Of(tree);
        HashSet<SyntaxNode> makers = [.. Shapes.Factories.Where(words.MayHold).SelectMany(written.PlacesOf)
            .Where(place => MayHaveTwoArguments(written.Text, place)).SelectMany(place => tree.GetRoot().FindToken(place).Parent!.Ancestors())];
        Types = [.. DeclaredType.In(tree).Where(type => MayHoldTwo(type, makers.Contains(type.Declaration))).Select(type => type.Declaration)];
        Makers = words.MayHold(Parameter) ? [.. written.PlacesOf(Parameter).Select(place => MakerAt(tree, place)).OfType<SyntaxNode>().Distinct()] : [];
    }

    /// <summary>The words that speak of an adapter, or of low rank.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The classes that may hold two factors, or parts of them.</summary>
    public IReadOnlyList<TypeDeclarationSyntax> Types { get; }

    /// <summary>The members that make parameters themselves, other than in the members of their class, which are looked at by their shapes.</summary>
    public IReadOnlyList<SyntaxNode> Makers { get; }

    /// <summary>Those of a file.</summary>
    public static FactorHints Of(SyntaxTree tree) => s_known.GetValue(tree, static tree => new FactorHints(tree));

    /// <summary>
    /// Whether a class may hold two factors: by their names, or as two matrices that are made in it. The rest of a partial class may be elsewhere.
    /// </summary>
    private bool MayHoldTwo(DeclaredType type, bool makesMatrix)
    {
        int[] roles = [.. type.Storage.Where(stored => Names.Count > 0 || EndsAsRole(stored.Name)).Select(stored => FactorNames.RoleOf(stored.Name).Role)];
        return type.Declaration.Modifiers.Any(modifier => modifier.Text == "partial")
            ? makesMatrix || roles.Any(role => role > 0)
            : (makesMatrix && type.Storage.Count > 1) || (roles.Contains(1) && roles.Contains(2));
    }

    /// <summary>Whether a name can end in A, B, down or up, without which none that does not speak of low rank is a factor's.</summary>
    private static bool EndsAsRole(string name) => name.Length > 0 && (name[name.Length - 1] | 0x20) is 'a' or 'b' or 'n' or 'p';

    /// <summary>Whether the text of a call has what separates two arguments, lists elements, or hides what the text is.</summary>
    private static bool MayHaveTwoArguments(string text, int place)
    {
        int depth = 0;
        for (int i = place; i < text.Length; i++)
        {
            switch (text[i])
            {
                case ',' or '[' or '{' or '"' when depth > 0:
                case '/' when i + 1 < text.Length && text[i + 1] is '/' or '*':
                    return true;
                case '(':
                    depth++;
                    break;
                case ')' when --depth <= 0:
                    return false;
            }
        }

        return false;
    }

    /// <summary>The member that makes a parameter where its class is named; null where that only names it, or where a constructor or a field does it.</summary>
    private static SyntaxNode? MakerAt(SyntaxTree tree, int place)
    {
        if (tree.GetRoot().FindToken(place).Parent is not SimpleNameSyntax name)
            return null;
        SyntaxNode? member = name.Ancestors().FirstOrDefault(node => node is MemberDeclarationSyntax or UsingDirectiveSyntax);
        return member switch
        {
            UsingDirectiveSyntax => member,
            GlobalStatementSyntax when Makes(name, member) => tree.GetRoot(),
            BaseMethodDeclarationSyntax and not ConstructorDeclarationSyntax or BasePropertyDeclarationSyntax when Makes(name, member) => member,
            _ => null,
        };
    }

    private static bool Makes(SimpleNameSyntax name, SyntaxNode member)
    {
        SyntaxNode made = name;
        while (made.Parent is NameSyntax or MemberAccessExpressionSyntax)
            made = made.Parent;
        return made.Parent is ObjectCreationExpressionSyntax or InvocationExpressionSyntax
            || member.DescendantNodes().Any(node => node is ImplicitObjectCreationExpressionSyntax);
    }
}
