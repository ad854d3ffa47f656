using AdapterToolkit.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Merges;

/// <content>What calls may change of what is known: members and elements that may hold something else behind them.</content>
internal sealed partial class MergeFlow
{
    /// <summary>Whether a body that a call can run may change what is known of members, or of elements of a collection that it is given.</summary>
    private bool MayChange(CallSite site) => types.Declares(site.Method)
        && (_state.Places().Any(place => MayChange(site.Method, place))
            || site.Arguments.Any(argument => IsChangeable(site.Method, argument.Ordinal) && PathOf(argument.Value) is { } path && _state.KnowsPartsOf(path)));

    private bool MayChange(IMethodSymbol method, ObjectPath place) =>
        place is { Kind: PathStepKind.Member, Symbol: { } member } && types.MayChange(method, member, cancellation);

    /// <summary>Whether a method can change the elements of what a parameter is given: its type is a collection that can be changed.</summary>
    private static bool IsChangeable(IMethodSymbol method, int ordinal) => ordinal < method.Parameters.Length && method.Parameters[ordinal].Type switch
    {
        IArrayTypeSymbol => true,
        INamedTypeSymbol { IsGenericType: true } named => SystemCalls.IsOfSystem(named)
            && named.Name is not ("IEnumerable" or "IAsyncEnumerable" or "ReadOnlySpan" or "ReadOnlyMemory")
            && !named.Name.StartsWith("IReadOnly", StringComparison.Ordinal) && !named.Name.StartsWith("Immutable", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>A body is not followed: what it may change is not known behind it.</summary>
    private void Lose(IMethodSymbol method) => _state = _state.Renew(place => MayChange(method, place));

    /// <summary>A body may have given a property of a class something else that is known as that of an interface or of a base class.</summary>
    private MergeState? WithoutHidden(MergeState? state, IMethodSymbol method) => state?.Renew(place =>
        place.Symbol is IPropertySymbol { IsAbstract: true, GetMethod: { } getter } && MayChange(method, place)
            && types.Targets.Of(getter).Any(target => target.AssociatedSymbol is { } property && !types.IsUnchanged(property)));

    /// <summary>A call runs what is not seen: what it can reach from what it is given is not known behind it.</summary>
    private void LoseReachable(IInvocationOperation call)
    {
        if (call.TargetMethod.MethodKind == MethodKind.DelegateInvoke)
        {
            _state = _state.Renew(place => place is { Kind: PathStepKind.Member, Symbol: { } member } && !types.IsFixed(member) && !types.IsUnchanged(member));
            return;
        }

        if (SystemCalls.IsOfSystem(call.TargetMethod) || types.IsOfToolkit(call.TargetMethod)
            || (types.Declares(call.TargetMethod) && !call.TargetMethod.IsAbstract))
            return;
        ObjectPath[] given = [.. call.ChildOperations.Select(part => part is IArgumentOperation argument ? argument.Value : part)
            .Where(part => !types.Known.IsModule(Expression.Unconverted(part).Type)).Select(PathOf).OfType<ObjectPath>()];
        if (given.Length > 0)
            _state = _state.Renew(place => IsReplaceable(place) && given.Any(place.Holder!.IsOrIsWithin));
    }

    /// <summary>Whether a place may hold something else once code has run that is not seen.</summary>
    private bool IsReplaceable(ObjectPath place) => place.Holder is not null && (place is not { Kind: PathStepKind.Member, Symbol: { } member }
        || !types.IsFixed(member) || member is IPropertySymbol { IsAbstract: true } or { DeclaringSyntaxReferences.IsEmpty: true });

    /// <summary>A call lets the elements of a collection stand at other places.</summary>
    private void LosePositions(ObjectPath collection) =>
        _state = _state.Renew(place => collection.Equals(place.Holder));
}
