using AdapterToolkit.Generators.Model;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Generators.Lifting;

/// <summary>What the annotations of an operator say.</summary>
/// <param name="Gradients">Its gradient methods.</param>
/// <param name="SavingMethod">The method that runs where a gradient is needed; null for the operator itself.</param>
/// <param name="SavedOutputs">What that method hands out besides.</param>
internal sealed record OperatorAnnotations(EquatableArray<GradientCall> Gradients, string? SavingMethod, EquatableArray<string> SavedOutputs);

/// <summary>Reads the <c>[Gradient]</c> attributes of an operator, and checks that its gradient methods follow the convention.</summary>
/// <param name="types">The toolkit's types.</param>
/// <param name="compilation">The compilation.</param>
/// <param name="caller">The class whose <c>Forward</c> calls the operator.</param>
internal sealed class OperatorReader(KnownTypes types, Compilation compilation, INamedTypeSymbol caller)
{
    /// <summary>Whether a method is an operator.</summary>
    public static bool IsOperator(IMethodSymbol method) => KnownTypes.HasAttribute(method, RuntimeNames.GradientAttribute);

    /// <summary>Whether a call of an operator leaves an argument to the pass.</summary>
    public static bool LeavesToPass(IInvocationOperation call) =>
        IsOperator(call.TargetMethod) && call.Arguments.Any(argument => argument.ArgumentKind == ArgumentKind.DefaultValue && IsFromPass(argument.Parameter));

    /// <summary>Whether the pass gives a parameter where it is left out.</summary>
    public static bool IsFromPass(IParameterSymbol? parameter) =>
        parameter is not null && KnownTypes.HasAttribute(parameter, RuntimeNames.FromPassAttribute);

    /// <summary>Reads an operator.</summary>
    /// <param name="method">The operator.</param>
    /// <param name="call">Where it is called, for errors.</param>
    public OperatorAnnotations Read(IMethodSymbol method, SyntaxNode call)
    {
        AttributeData[] attributes = [.. KnownTypes.Attributes(method, RuntimeNames.GradientAttribute)];
        string? saving = attributes.Select(attribute => NamedArgument(attribute, RuntimeNames.Members.Saving)).FirstOrDefault(name => name is not null);
        IMethodSymbol? savingMethod = saving is null ? null : FindSaving(method, saving, call);
        string[] savedOutputs = savingMethod is null ? [] : [.. savingMethod.Parameters.Skip(method.Parameters.Length).Select(parameter => parameter.Name)];

        List<GradientCall> gradients = [];
        foreach (AttributeData attribute in attributes)
        {
            if (attribute.ConstructorArguments is not [{ Value: string name }])
                continue;
            string? target = NamedArgument(attribute, RuntimeNames.Members.For);
            if (target is not null && !method.Parameters.Any(parameter => parameter.Name == target && types.IsTensor(parameter.Type)))
                throw Wrong(call, method, $"its attribute names '{target}', which is no tensor parameter of it");
            IMethodSymbol gradient = FindGradient(method, name, target, savedOutputs, call);
            gradients.Add(new GradientCall(
                NameOf(gradient, method), target, new EquatableArray<string>(gradient.Parameters.Skip(1).Select(parameter => parameter.Name))));
        }

        foreach (IParameterSymbol given in method.Parameters.Where(IsFromPass))
            CheckGiven(method, given, gradients, call);
        return new OperatorAnnotations(
            new EquatableArray<GradientCall>(gradients),
            savingMethod is null ? null : NameOf(savingMethod, method),
            new EquatableArray<string>(savedOutputs));
    }

    /// <summary>A method's name, with the type arguments that a call has.</summary>
    public static string NameOf(IMethodSymbol method, IMethodSymbol call) => method.IsGenericMethod && call.TypeArguments.Length > 0
        ? $"{method.Name}<{string.Join(", ", call.TypeArguments.Select(argument => argument.ToDisplayString(TypeNames.InFull)))}>"
        : method.Name;

    /// <summary>Checks what is said of a parameter that the pass gives.</summary>
    private void CheckGiven(IMethodSymbol method, IParameterSymbol given, List<GradientCall> gradients, SyntaxNode call)
    {
        if (!types.IsPrefix(given.Type))
            throw Wrong(call, method, $"the pass can't give its parameter '{given.Name}', which is no {RuntimeNames.Simple(RuntimeNames.AttentionPrefix)}");
        bool returnsAll = gradients.All(gradient => gradient.For is null) && method.Parameters.Count(parameter => types.IsTensor(parameter.Type)) > 1;
        if (!returnsAll && gradients.Any(gradient => gradient.Parameters.Contains(given.Name)))
            throw Wrong(call, method, $"a gradient method that takes '{given.Name}', which the pass gives, must return the gradients of all tensors at once");
    }

    private IMethodSymbol FindGradient(IMethodSymbol method, string name, string? target, string[] savedOutputs, SyntaxNode call)
    {
        string? problem = null;
        foreach (IMethodSymbol candidate in method.ContainingType.GetMembers(name).OfType<IMethodSymbol>())
        {
            string? found = ProblemOf(candidate, method, target, savedOutputs);
            if (found is null)
                return candidate;
            problem ??= found;
        }

        throw Wrong(call, method, problem ?? $"there is no method '{name}' beside it");
    }

    private string? ProblemOf(IMethodSymbol gradient, IMethodSymbol method, string? target, string[] savedOutputs)
    {
        if (gradient.Parameters.Length == 0 || !types.IsTensor(gradient.Parameters[0].Type))
            return $"its gradient method '{gradient.Name}' does not take the gradient of the result first";
        if (gradient.IsStatic != method.IsStatic)
            return $"its gradient method '{gradient.Name}' must be {(method.IsStatic ? "static as it is" : "of the same object")}";
        if (!compilation.IsSymbolAccessibleWithin(gradient, caller))
            return $"its gradient method '{gradient.Name}' is not accessible from {caller.Name}";
        IParameterSymbol[] tensors = [.. method.Parameters.Where(parameter => types.IsTensor(parameter.Type))];
        foreach (IParameterSymbol parameter in gradient.Parameters.Skip(1))
        {
            string name = parameter.Name;
            bool isFlag = name.EndsWith("Active", StringComparison.Ordinal) && parameter.Type.SpecialType == SpecialType.System_Boolean
                && tensors.Any(tensor => tensor.Name + "Active" == name);
            if (!isFlag && name != "result" && !savedOutputs.Contains(name) && !method.Parameters.Any(own => own.Name == name))
                return $"its gradient method '{gradient.Name}' takes '{name}', which is neither a parameter of the operator nor 'result'";
        }

        if (target is not null || tensors.Length == 1)
            return types.IsTensor(gradient.ReturnType) ? null : $"its gradient method '{gradient.Name}' must return a tensor";
        return gradient.ReturnType is INamedTypeSymbol { IsTupleType: true } tuple && tuple.TupleElements.Length == tensors.Length
                && tuple.TupleElements.All(element => types.IsTensor(element.Type))
            ? null
            : $"its gradient method '{gradient.Name}' must return a tuple of {tensors.Length} tensors, one for each tensor parameter";
    }

    private IMethodSymbol FindSaving(IMethodSymbol method, string name, SyntaxNode call)
    {
        foreach (IMethodSymbol candidate in method.ContainingType.GetMembers(name).OfType<IMethodSymbol>())
        {
            bool fits = candidate.Parameters.Length > method.Parameters.Length
                && candidate.IsStatic == method.IsStatic
                && types.IsTensor(candidate.ReturnType)
                && candidate.Parameters.Skip(method.Parameters.Length).All(parameter => parameter.RefKind == RefKind.Out && types.IsTensor(parameter.Type))
                && compilation.IsSymbolAccessibleWithin(candidate, caller);
            if (fits)
                return candidate;
        }

        throw Wrong(call, method, $"there is no accessible method '{name}' beside it that takes what the operator takes, then hands out tensors");
    }

    private static LiftingException Wrong(SyntaxNode call, IMethodSymbol method, string problem) =>
        new(
            call,
            $"The operator '{method.ContainingType.Name}.{method.Name}'",
            $"{problem}; the documentation of [Gradient] says what a gradient method looks like");

    private static string? NamedArgument(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(argument => argument.Key == name).Value.Value as string;
}
