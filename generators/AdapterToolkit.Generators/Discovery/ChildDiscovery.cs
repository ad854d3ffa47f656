using System.Text;
using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>A member that holds a module or a list of modules.</summary>
/// <param name="Member">The property or field.</param>
/// <param name="ModuleType">The module's type, or that of the list's elements.</param>
/// <param name="Spec">What is emitted for it.</param>
internal sealed record Child(ISymbol Member, ITypeSymbol ModuleType, ChildSpec Spec);

/// <summary>
/// Finds the modules that a class is made of: its fields, its properties with storage of their own, and any other property
/// marked <c>[Checkpoint]</c>. One without that attribute is named after its member, in lower case with underscores between
/// the words, as checkpoints write names: <c>InputNorm</c> is <c>input_norm</c>.
/// </summary>
internal static class ChildDiscovery
{
    /// <summary>The members of a class itself, without those of its base classes.</summary>
    public static IEnumerable<Child> ChildrenOf(ITypeSymbol type, KnownTypes types)
    {
        foreach (ISymbol member in type.GetMembers())
        {
            if (member.IsStatic || member.IsImplicitlyDeclared || TypeOf(member) is not { } memberType || !IsPart(member))
                continue;
            ITypeSymbol? element = types.IsModule(memberType) ? null : types.ElementType(memberType);
            ITypeSymbol moduleType = element ?? memberType;
            if (!types.IsModule(moduleType))
                continue;
            ChildSpec spec = new(
                SyntaxFacts.GetKeywordKind(member.Name) == SyntaxKind.None ? member.Name : "@" + member.Name,
                NameOf(member),
                element is not null,
                memberType.NullableAnnotation == NullableAnnotation.Annotated,
                moduleType.NullableAnnotation == NullableAnnotation.Annotated,
                KnownTypes.HasAttribute(member, RuntimeNames.TrainableAttribute));
            yield return new Child(member, moduleType, spec);
        }
    }

    /// <summary>The type of what a property or field gives; null of any other member.</summary>
    public static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        IPropertySymbol { IsIndexer: false, GetMethod: not null, ExplicitInterfaceImplementations.Length: 0 } property => property.Type,
        IFieldSymbol field => field.Type,
        _ => null,
    };

    /// <summary>Whether a member holds what it gives, or says that it is a part of the model.</summary>
    public static bool IsPart(ISymbol member) =>
        member is IFieldSymbol
        || KnownTypes.HasAttribute(member, RuntimeNames.CheckpointAttribute)
        || member.DeclaringSyntaxReferences.Length == 0
        || member.ContainingType.GetMembers().OfType<IFieldSymbol>().Any(field => SymbolEqualityComparer.Default.Equals(field.AssociatedSymbol, member));

    private static string NameOf(ISymbol member)
    {
        AttributeData? attribute = KnownTypes.Attributes(member, RuntimeNames.CheckpointAttribute).FirstOrDefault();
        return attribute?.ConstructorArguments is [{ Value: string name }] ? name : InLowerCase(member.Name.TrimStart('_'));
    }

    private static string InLowerCase(string name)
    {
        StringBuilder text = new();
        for (int i = 0; i < name.Length; i++)
        {
            bool startsWord = char.IsUpper(name[i]) && i > 0 && (char.IsLower(name[i - 1]) || (i + 1 < name.Length && char.IsLower(name[i + 1])));
            if (startsWord && text[text.Length - 1] != '_')
                text.Append('_');
            text.Append(char.ToLowerInvariant(name[i]));
        }

        return text.ToString();
    }
}
