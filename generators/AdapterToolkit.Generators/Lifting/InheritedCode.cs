using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>Checks code of a helper that a base class declares: it is emitted in the derived class, where it must mean the same.</summary>
internal static class InheritedCode
{
    /// <summary>Checks an expression.</summary>
    /// <param name="node">The expression.</param>
    /// <param name="frame">The helper.</param>
    /// <exception cref="LiftingException">The derived class can't reach what the expression names, or names something else by it.</exception>
    public static void Check(ExpressionSyntax node, CallFrame frame)
    {
        if (node is BaseExpressionSyntax)
            throw new LiftingException(node, "'base' in a helper of a base class", "call what it means by a name of its own");
        if (node is not SimpleNameSyntax || frame.Model.GetSymbolInfo(node).Symbol is not { } symbol)
            return;
        string owner = symbol.ContainingType?.Name ?? "";
        switch (symbol)
        {
            case IParameterSymbol { ContainingSymbol: IMethodSymbol { MethodKind: MethodKind.Constructor } }:
                throw new LiftingException(
                    node, $"'{symbol.Name}', a parameter of the constructor of '{owner}'", "keep it in a property that derived classes can read");
            case IFieldSymbol or IPropertySymbol or IMethodSymbol { MethodKind: MethodKind.Ordinary } or IEventSymbol or INamedTypeSymbol
                when !frame.Model.Compilation.IsSymbolAccessibleWithin(symbol, frame.Class):
                throw new LiftingException(node, $"'{symbol.Name}', which is private to '{owner}'", $"make it accessible to '{frame.Class.Name}': protected");
            case IFieldSymbol or IPropertySymbol or IMethodSymbol { MethodKind: MethodKind.Ordinary } or IEventSymbol
                when !symbol.IsStatic && IsHidden(symbol, frame.Class):
                throw new LiftingException(
                    node, $"'{symbol.Name}' of '{owner}', which '{frame.Class.Name}' hides by a member of that name", "rename one of them");
        }
    }

    /// <summary>Whether between a class and the one that declares a member there is another member of its name, which does not override it.</summary>
    private static bool IsHidden(ISymbol symbol, INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? current = type;
            current is not null && !SymbolEqualityComparer.Default.Equals(current, symbol.ContainingType);
            current = current.BaseType)
        {
            if (current.GetMembers(symbol.Name).Any(member => !member.IsOverride))
                return true;
        }

        return false;
    }
}
