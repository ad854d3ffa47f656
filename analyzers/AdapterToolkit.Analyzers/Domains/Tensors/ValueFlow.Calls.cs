using System.Collections.Immutable;
using AdapterToolkit.Analyzers.Flow;
using AdapterToolkit.Generators.Symbols;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Calls: of methods of the compilation, and of those that multiply.</content>
internal sealed partial class ValueFlow
{
    /// <summary>The method by which a record copies itself.</summary>
    private const string CloneMethod = "<Clone>$";

    private Value Invocation(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        Value receiver = Evaluate(call.Instance);
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            ImmutableArray<Value> given = Arguments(call);
            Written(call);
            return receiver.Functions.IsEmpty ? receiver : RunHeld(receiver.Functions, given, call);
        }

        if (method.MethodKind == MethodKind.LocalFunction)
        {
            (Value returned, ImmutableArray<Value> after) = RunLocalFunction(method, Arguments(call));
            HandOut(call, after);
            return FormedAt(returned, call);
        }

        // What 'with' copies keeps the members that it is not given.
        if (method.Name == CloneMethod)
            return receiver;
        bool isOfSystem = method.ContainingType is { } owner && TensorTypes.IsInNamespace(owner, "System");
        if (isOfSystem)
        {
            Value result = SystemCall(call, receiver, out ImmutableArray<Value> given);
            Show(rule => rule.OnCall(this, call, receiver, given));
            return result;
        }

        ImmutableArray<Value> arguments = Arguments(call);
        ExcuseTogether([receiver, .. arguments]);
        Show(rule => rule.OnCall(this, call, receiver, arguments));
        NoteTraining(call);
        NoteMerge(method);
        Value? known = Product(call) ?? ToolkitCall(call, receiver, arguments) ?? TensorCall(call, receiver, arguments);
        if (known is not null)
            return known;
        if (RunTargets(method, TypeOf(call.Instance), receiver, arguments, call.IsVirtual || method.IsAbstract, IsOfTraining) is { } body)
            return Called(call, body) is { IsUnknown: false } returned ? returned : Made(call, arguments);
        Outputs(call, receiver);
        Written(call);
        bool isOfLibrary = method.DeclaringSyntaxReferences.Length == 0;
        return isOfLibrary && TensorMethods.Transposes(method.Name) && arguments.Length == 1 ? arguments[0].Transposed() : Made(call, arguments);
    }

    /// <summary>A matrix that is made of numbers by a method into which nothing more can be seen: <c>Matrix.From(numbers)</c>.</summary>
    private Value Made(IInvocationOperation call, ImmutableArray<Value> arguments)
    {
        if (!Types.IsLibraryMatrix(call.Type) || !TensorMethods.Makes(call.TargetMethod.Name))
            return Value.Other;
        IArgumentOperation? only = null;
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (!Types.IsMatrix(argument.Parameter?.Type) && !Types.IsMatrix(Resolve(argument.Value).Type))
                continue;
            if (only is not null)
                return Value.Other;
            only = argument;
        }

        return only?.Parameter is { } parameter && parameter.Ordinal < arguments.Length ? arguments[parameter.Ordinal].AsCopy() : Value.Other;
    }

    /// <summary>Whether the method around is run again and again: it belongs to a forward or backward pass.</summary>
    public bool IsOfTraining => _analysis.Paths.AreRunIn(Symbol);

    /// <summary>Whether the method around starts an adapter at numbers that are computed from W.</summary>
    public bool StartsAtWeights => _analysis.Purpose.IsToStartAtWeights(Symbol);

    /// <summary>Whether the method around is a forward pass.</summary>
    public bool IsForward => _analysis.Paths.IsForward(Symbol);

    private Value Called(IInvocationOperation call, BodyResult body)
    {
        Repeat(body.Findings, call.Syntax);
        Repeat(body.Pending, call.Syntax);
        HandOut(call, body.Parameters);
        HandBack(call.Instance, body);
        return body.Pending.IsEmpty ? FormedAt(body.Returned, call) : body.Returned.From(call.Syntax);
    }

    /// <summary>What a method leaves in the variables that it is given to fill.</summary>
    private void HandOut(IInvocationOperation call, ImmutableArray<Value> values)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is not { } parameter)
                continue;
            Value after = parameter.Ordinal < values.Length ? values[parameter.Ordinal] : Value.Other;
            bool handsOut = parameter.RefKind is RefKind.Out or RefKind.Ref;
            bool fills = !after.Equals(Value.Other) && (Types.IsMatrix(parameter.Type) || parameter.Type.AllInterfaces.Any(type => type.Name == "IEnumerable"));
            if (handsOut)
                Assign(argument.Value, after);
            else if (after.Equals(Value.Other) && Types.IsMatrix(parameter.Type) && Evaluate(argument.Value).Kind == ValueKind.AdapterTerm)
                Replace(argument.Value, Value.Other);
            else if ((fills || Evaluate(argument.Value).IsFilled) && after.Kind != Evaluate(argument.Value).Kind)
                Replace(argument.Value, after);
        }
    }

    private void NoteTraining(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        if (method.Name is "Fit" or "FitAsync" or "Step" && KnownTypes.DerivesFrom(method.ContainingType, Types.Trainer))
            Note(TensorFactKind.Trained);
        bool isOfModel = method.Name is "ForwardBackward" or "Forward" or "Loss" or "Logits" or "Generate" or "NextTokenLogits"
            && KnownTypes.DerivesFrom(Receiver.TypeOf(method), Types.Model);
        if (isOfModel)
            Note(TensorFactKind.Used);
        if ((isOfModel || (method.Name is "Forward" or "ForwardSaving" && KnownTypes.DerivesFrom(method.ContainingType, Types.Module)))
            && AccessPath.Of(Receiver.Of(call)) is { } path)
            Note(TensorFactKind.Used, path);
    }

    private void NoteMerge(IMethodSymbol method)
    {
        if (method.Name is not ("Merge" or "MergeTo" or "MergeToBaseType"))
            return;
        if (KnownTypes.DerivesFrom(Receiver.TypeOf(method), Types.Linear) || KnownTypes.DerivesFrom(Receiver.TypeOf(method), Types.Model))
            Note(TensorFactKind.Merged);
    }

    private Value? Product(IInvocationOperation call)
    {
        if (MatrixProduct.Read(call, Types) is not { } product)
            return ProductOfAll(call) ?? TorchLayerCall(call);
        Value left = Evaluate(product.Left), right = Evaluate(product.Right);
        Value result = Multiply(call, left, product.TransposesRight ? right.Transposed() : right);
        bool accumulates = product.Addend == product.Destination;
        if (product.Addend is { } addend && (result.Kind != ValueKind.BaseTerm || accumulates))
        {
            Value added = Evaluate(addend);
            bool isBias = product.TransposesRight && !accumulates && added.Kind == ValueKind.Other;
            result = isBias && result.Kind == ValueKind.AdapterTerm ? result : Sum(call, result, added);
        }

        if (product.Destination is not { } destination)
            return result;
        // A weight that is written in place is merged there.
        if (!Evaluate(destination).IsStorage)
            Replace(destination, result);
        return call.TargetMethod.ReturnsVoid ? Value.Other : result;
    }

    /// <summary>The product of the matrices in a collection, of which it is known that they are both factors of a pair.</summary>
    private Value? ProductOfAll(IInvocationOperation call)
    {
        if (!TensorMethods.MultipliesAll(call.TargetMethod.Name) || !Types.IsOfTorch(call.TargetMethod.ContainingType)
            || call.Arguments is not [{ Value: var all }])
            return null;
        Value factors = Evaluate(all);
        return factors.IsEitherFactor ? Multiply(call, factors.As(ValueKind.FactorB), factors.As(ValueKind.FactorA)) : null;
    }

    /// <summary>A linear layer of TorchSharp that holds a factor, or W, multiplies its input by it.</summary>
    private Value? TorchLayerCall(IInvocationOperation call)
    {
        if (call is not { Instance: { } layer, TargetMethod.Name: "forward" or "call", Arguments: [{ Value: var input }] }
            || !KnownTypes.DerivesFrom(Resolve(layer).Type, Types.TorchModule))
            return null;
        if ((Types.IsOfTorch(Resolve(layer).Type) && TensorMethods.PassesOn(Resolve(layer).Type!.Name))
            || (Resolve(layer) is IMemberReferenceOperation { Member: var member } && LowRank.PassesOn(member)))
            return Evaluate(input).AsCopy();
        Value weight = Evaluate(layer);
        return weight.IsFactor || weight.Kind == ValueKind.Weight ? Multiply(call, Evaluate(input), weight.Transposed()) : null;
    }

    private ImmutableArray<Value> Arguments(IInvocationOperation call)
    {
        ImmutableArray<Value>.Builder values = Unknown(call.TargetMethod.Parameters.Length);
        foreach (IArgumentOperation argument in call.Arguments)
        {
            Value value = Evaluate(argument.Value);
            bool isWritten = argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out
                && (call.TargetMethod.DeclaringSyntaxReferences.Length > 0 || call.TargetMethod.ContainingType?.Name == "Interlocked");
            if (isWritten && WrittenContainer(argument.Value) is { } container)
                WriteElement(call, container, argument.Value, Value.Other, BinaryOperatorKind.Multiply);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Count)
                values[parameter.Ordinal] = value;
        }

        return values.MoveToImmutable();
    }

    /// <summary>Some values of which nothing is known yet.</summary>
    private static ImmutableArray<Value>.Builder Unknown(int count)
    {
        ImmutableArray<Value>.Builder values = ImmutableArray.CreateBuilder<Value>(count);
        for (int i = 0; i < count; i++)
            values.Add(Value.Other);
        return values;
    }
}
