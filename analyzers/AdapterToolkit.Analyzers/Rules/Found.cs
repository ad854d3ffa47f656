using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace AdapterToolkit.Analyzers.Rules;

/// <summary>Reports what discovery and lifting found, which the generator has as data too.</summary>
internal static class Found
{
    /// <summary>The property of a diagnostic that says what is wrong, for the code fix.</summary>
    public const string Problem = "problem";

    /// <summary>Reports the mistakes of one rule.</summary>
    /// <param name="context">The class that is analyzed.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="found">Mistakes of this and of other rules.</param>
    public static void Report(SymbolAnalysisContext context, DiagnosticDescriptor rule, IEnumerable<DiagnosticSpec> found)
    {
        foreach (DiagnosticSpec diagnostic in found)
        {
            if (diagnostic.Id != rule.Id)
                continue;
            Location location = LocationOf(context.Symbol, diagnostic.Location);
            if (IsCertain(rule.Id, (INamedTypeSymbol)context.Symbol, location, context.Compilation))
                context.ReportDiagnostic(Diagnostic.Create(rule, location,
                    ImmutableDictionary<string, string?>.Empty.Add(Problem, diagnostic.Arguments[diagnostic.Arguments.Count - 1]), [.. diagnostic.Arguments]));
        }
    }

    /// <summary>Whether a mistake does not come of an error that the compiler reports.</summary>
    private static bool IsCertain(string rule, INamedTypeSymbol type, Location location, Compilation compilation) => rule switch
    {
        "ADT0001" => !Unfinished.HasOpenHeader(type),
        "ADT0202" => true,
        "ADT0002" or "ADT0003" or "ADT0004" =>
            !Unfinished.HasOpenHeader(type) && !Unfinished.HasSyntaxErrorInside(type) && !Unfinished.IsAt(location, compilation),
        "ADT0201" when type.Locations.Contains(location) =>
            !Unfinished.HasSyntaxError(type) && !Unfinished.HasOpenHeader(type) && !Unfinished.HasWrongMember(type, compilation),
        _ => !Unfinished.IsAt(location, compilation),
    };

    /// <summary>
    /// The place in the file of the class, so that <c>#pragma</c> and <c>.editorconfig</c> reach the diagnostic; a mere path
    /// and line would not let them.
    /// </summary>
    private static Location LocationOf(ISymbol symbol, LocationSpec place)
    {
        foreach (SyntaxReference reference in symbol.DeclaringSyntaxReferences)
        {
            SyntaxTree tree = reference.SyntaxTree;
            if (tree.FilePath == place.FilePath && tree.Length >= place.Span.End)
                return Location.Create(tree, place.Span);
        }

        return place.ToLocation();
    }
}
