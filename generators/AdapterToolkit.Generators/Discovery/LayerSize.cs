using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Discovery;

/// <summary>The dimensions of a linear layer, as far as its source tells them.</summary>
/// <param name="In">The features of its input.</param>
/// <param name="Out">The features of its output.</param>
internal sealed record LayerSize(LayerSize.Dimension In, LayerSize.Dimension Out)
{
    private const int MostConstructors = 16;

    /// <summary>The size that every object of a class has, since its constructors pass constants on; null where it is not one.</summary>
    /// <param name="type">The class.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="cancellation">Ends the reading at the next constructor.</param>
    public static (int InFeatures, int OutFeatures)? OfClass(INamedTypeSymbol type, Compilation compilation, CancellationToken cancellation)
    {
        KnownTypes types = KnownTypes.Of(compilation);
        foreach (IMethodSymbol constructor in type.InstanceConstructors)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Of(constructor, [], compilation, types) is { In.Number: int inFeatures, Out.Number: int outFeatures })
                return (inFeatures, outFeatures);
        }

        return null;
    }

    /// <summary>The size of a layer that a constructor makes; null where it can't be told.</summary>
    /// <param name="constructor">The constructor.</param>
    /// <param name="given">What its parameters are given, as far as that is known.</param>
    /// <param name="compilation">The compilation.</param>
    /// <param name="types">The toolkit's types.</param>
    public static LayerSize? Of(IMethodSymbol constructor, Dictionary<string, Dimension> given, Compilation compilation, KnownTypes types)
    {
        for (int i = 0; i < MostConstructors && !types.IsToolkitBase(constructor.ContainingType); i++)
        {
            if (BaseArgumentsOf(constructor) is { } arguments)
            {
                SemanticModel model = compilation.GetSemanticModel(arguments.SyntaxTree);
                if (model.GetSymbolInfo(arguments.Parent!).Symbol is not IMethodSymbol above)
                    return null;
                given = ArgumentsOf(arguments.Arguments, above, value => model.GetConstantValue(value) is { HasValue: true, Value: { } constant }
                    ? new Dimension(constant, null)
                    : model.GetSymbolInfo(value).Symbol is IParameterSymbol parameter && given.TryGetValue(parameter.Name, out Dimension? passed)
                        ? passed
                        : null);
                constructor = above;
            }
            else if (constructor.ContainingType.BaseType?.InstanceConstructors
                .FirstOrDefault(above => above.Parameters.All(parameter => parameter.HasExplicitDefaultValue)) is { } above)
            {
                given = ArgumentsOf(default, above, _ => null);
                constructor = above;
            }
            else
            {
                return null;
            }
        }

        return given.TryGetValue("inFeatures", out Dimension? inFeatures) && given.TryGetValue("outFeatures", out Dimension? outFeatures)
            ? new LayerSize(inFeatures, outFeatures)
            : null;
    }

    /// <summary>What the parameters of a constructor are given by arguments, or by their defaults.</summary>
    public static Dictionary<string, Dimension> ArgumentsOf(
        SeparatedSyntaxList<ArgumentSyntax> arguments, IMethodSymbol constructor, Func<ExpressionSyntax, Dimension?> read)
    {
        Dictionary<string, Dimension> values = [];
        foreach (IParameterSymbol parameter in constructor.Parameters)
        {
            if (parameter is { HasExplicitDefaultValue: true, ExplicitDefaultValue: { } value })
                values[parameter.Name] = new Dimension(value, null);
        }

        for (int i = 0; i < arguments.Count; i++)
        {
            string? name = arguments[i].NameColon?.Name.Identifier.ValueText ?? (i < constructor.Parameters.Length ? constructor.Parameters[i].Name : null);
            if (name is null)
                continue;
            values.Remove(name);
            if (read(arguments[i].Expression) is { } value)
                values[name] = value;
        }

        return values;
    }

    /// <summary>What a constructor passes to that of the base class, or to another one of its own class.</summary>
    private static ArgumentListSyntax? BaseArgumentsOf(IMethodSymbol constructor) => constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() switch
    {
        ConstructorDeclarationSyntax { Initializer.ArgumentList: var arguments } => arguments,
        TypeDeclarationSyntax declaration => declaration.BaseList?.Types.OfType<PrimaryConstructorBaseTypeSyntax>().FirstOrDefault()?.ArgumentList,
        _ => null,
    };

    /// <summary>One dimension: a number, or the expression for it.</summary>
    /// <param name="Number">The number.</param>
    /// <param name="Expression">The expression.</param>
    internal sealed record Dimension(object? Number, ExpressionSyntax? Expression)
    {
        /// <summary>Whether two dimensions are the same for certain.</summary>
        public bool Is(Dimension other) => Number is not null
            ? Number.Equals(other.Number)
            : other.Expression is not null && SyntaxFactory.AreEquivalent(Expression!, other.Expression, topLevel: false);
    }
}
