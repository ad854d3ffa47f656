using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Flow;

/// <summary>The access path of an object: the variable, or <c>this</c>, and the members that lead to it, as <c>model.Layer</c>.</summary>
internal sealed class AccessPath : IEquatable<AccessPath>
{
    private readonly ISymbol? _last;

    private AccessPath(AccessPath? holder, ISymbol? last)
    {
        Holder = holder;
        _last = last;
    }

    /// <summary>The path of the object that holds this one; null where a variable does, or it is <c>this</c>.</summary>
    public AccessPath? Holder { get; }

    /// <summary>The variable that the path starts with; null for <c>this</c>.</summary>
    public ISymbol? Root => Holder is null ? _last : Holder.Root;

    /// <summary>The path of an expression; null where it does not lead to the same object each time.</summary>
    public static AccessPath? Of(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => new(null, local.Local),
        IParameterReferenceOperation parameter => new(null, parameter.Parameter),
        IInstanceReferenceOperation => new(null, null),
        IPropertyReferenceOperation { Arguments.IsEmpty: true, Instance: { } instance } property => Of(instance)?.To(property.Property),
        IFieldReferenceOperation { Instance: { } instance } field => Of(instance)?.To(field.Field),
        IConversionOperation conversion => Of(conversion.Operand),
        _ => null,
    };

    /// <summary>The path itself, and those of the objects that hold its object.</summary>
    public IEnumerable<AccessPath> SelfAndHolders()
    {
        for (AccessPath? path = this; path is not null; path = path.Holder)
            yield return path;
    }

    /// <summary>The local variable that a path starts with; null for any other start.</summary>
    public static ILocalSymbol? LocalOf(IOperation? operation) => operation switch
    {
        ILocalReferenceOperation local => local.Local,
        IMemberReferenceOperation member => LocalOf(member.Instance),
        IConversionOperation conversion => LocalOf(conversion.Operand),
        _ => null,
    };

    /// <summary>Whether a local variable is declared with an object that is made there.</summary>
    public static bool IsMadeHere(ILocalSymbol local) =>
        local.DeclaringSyntaxReferences is [{ } declaration]
            && declaration.GetSyntax() is VariableDeclaratorSyntax { Initializer.Value: BaseObjectCreationExpressionSyntax };

    /// <inheritdoc/>
    public bool Equals(AccessPath? other) => other is not null && SymbolEqualityComparer.Default.Equals(_last, other._last) && Equals(Holder, other.Holder);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as AccessPath);

    /// <inheritdoc/>
    public override int GetHashCode() => ((Holder?.GetHashCode() ?? 0) * 31) + SymbolEqualityComparer.Default.GetHashCode(_last);

    private AccessPath To(ISymbol member) => new(this, member);
}
