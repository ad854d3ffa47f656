using System.Collections.Immutable;
using AdapterToolkit.Generators.Discovery;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <content>Calls of tensors' methods, and of methods of the compilation.</content>
internal sealed partial class ValueFlow
{
    private Value Invocation(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        Value receiver = Evaluate(call.Instance);
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            ImmutableArray<Value> given = Arguments(call);
            Written(call);
            return receiver.Function is { } function && !given.All(argument => argument.IsUnknown) ? function.Run(given, call) : receiver;
        }

        if (method.MethodKind == MethodKind.LocalFunction)
        {
            (Value returned, ValueState exit) = RunLocalFunction(method, Arguments(call));
            HandOut(call, exit);
            return FormedAt(returned, call);
        }

        bool isOfSystem = method.ContainingType is { } owner && TensorTypes.IsInNamespace(owner, "System");
        if (isOfSystem)
        {
            Value result = SystemCall(call, receiver, out ImmutableArray<Value> given);
            Show(rule => rule.OnCall(this, call, receiver, given));
            return result;
        }

        ImmutableArray<Value> arguments = Arguments(call);
        ExcuseTogether(arguments);
        Show(rule => rule.OnCall(this, call, receiver, arguments));
        NoteTraining(call);
        NoteMerge(method);
        Value? known = Product(call) ?? ToolkitCall(call, receiver, arguments) ?? TensorCall(call, receiver, arguments);
        if (known is not null)
            return known;
        if (_analysis.Call(method, arguments, receiver, _stack, IsOnTrainingPath || IsTrainingName(Symbol.Name), _cancellation) is { } body)
            return Called(call, body) is { IsUnknown: false } returned ? returned : Made(call, arguments);
        Outputs(call, receiver);
        Written(call);
        return TensorMethods.Transposes(method.Name) && arguments.Length == 1 ? arguments[0].Transposed() : Made(call, arguments);
    }

    /// <summary>A matrix that is made of numbers by a method into which nothing more can be seen: <c>Matrix.From(numbers)</c>.</summary>
    private Value Made(IInvocationOperation call, ImmutableArray<Value> arguments)
    {
        if (!Types.IsNamedMatrix(call.Type) || !TensorMethods.Makes(call.TargetMethod.Name))
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

    /// <summary>Whether a method of this name is run again and again: it belongs to a forward or backward pass, or to a step of training.</summary>
    public static bool IsTrainingName(string name) =>
        name is "Forward" or "ForwardSaving" or "Evaluate" or "Backward" or "forward" or "backward" or "call" or "ForwardBackward" or "Step" or "Fit" or "Epoch"
        || (name.StartsWith("Train", StringComparison.Ordinal) || name.StartsWith("FineTune", StringComparison.Ordinal)) && (name.Contains("Epoch") || name.Contains("Step") || name.Contains("Batch"));

    private Value Called(IInvocationOperation call, BodyResult body)
    {
        _isExact &= body.IsExact;
        foreach (Finding finding in body.Findings)
            Report(finding.Rule, call.Syntax, [.. finding.Arguments]);
        foreach (Finding finding in body.Pending)
            Report(finding.Rule, call.Syntax, [.. finding.Arguments]);
        HandOut(call, body.Exit);
        return body.Pending.IsEmpty ? FormedAt(body.Returned, call) : body.Returned.From(call.Syntax);
    }

    /// <summary>What a method leaves in the variables that it is given to fill.</summary>
    private void HandOut(IInvocationOperation call, ValueState exit)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is not { } parameter)
                continue;
            Value after = exit[parameter.OriginalDefinition];
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
        if (KnownTypes.DerivesFrom(method.ContainingType, Types.Trainer) && method.Name is "Fit" or "Step")
            Note(TrainedFact);
        bool isOfModel = KnownTypes.DerivesFrom(method.ContainingType, Types.LanguageModel) && method.Name is "ForwardBackward" or "Forward" or "Loss" or "Logits" or "Generate" or "NextTokenLogits";
        if (isOfModel)
            Note(UsedFact);
        if ((isOfModel || (KnownTypes.DerivesFrom(method.ContainingType, Types.Module) && method.Name is "Forward" or "ForwardSaving")) && MemberPath.Of(call.Instance) is { } path)
            Note(UsedFact + path);
    }

    private void NoteMerge(IMethodSymbol method)
    {
        bool isOfLayers = KnownTypes.DerivesFrom(method.ContainingType, Types.Linear) || KnownTypes.DerivesFrom(method.ContainingType, Types.LanguageModel);
        if (isOfLayers && method.Name is "Merge" or "MergeTo")
            Note(MergedFact);
    }

    /// <summary>The fact that a layer or model was merged on the way to a point.</summary>
    public const string MergedFact = "merged";

    /// <summary>The fact that a trainer ran on the way to a point.</summary>
    public const string TrainedFact = "trained";

    /// <summary>The fact that a model was used on the way to a point; with its path, that it was this one.</summary>
    public const string UsedFact = "used:";

    private Value? Product(IInvocationOperation call)
    {
        if (MatrixProduct.Read(call, Types) is not { } product)
            return TorchLayerCall(call);
        Value left = Evaluate(product.Left), right = Evaluate(product.Right);
        Value result = Multiply(call, left, product.TransposesRight ? right.Transposed() : right);
        if (product.Addend is { } addend && result.Kind != ValueKind.BaseTerm)
        {
            Value added = Evaluate(addend);
            result = product.TransposesRight && result.Kind == ValueKind.AdapterTerm && added.Kind == ValueKind.Other ? result : Sum(call, result, added);
        }

        if (product.Destination is not { } destination)
            return result;
        Replace(destination, result);
        return Value.Other;
    }

    /// <summary>A linear layer of TorchSharp that holds a factor, or W, multiplies its input by it.</summary>
    private Value? TorchLayerCall(IInvocationOperation call)
    {
        if (call is not { Instance: { } layer, TargetMethod.Name: "forward" or "call", Arguments: [{ Value: var input }] } || !KnownTypes.DerivesFrom(Resolve(layer).Type, Types.TorchModule))
            return null;
        if (TensorMethods.PassesOn(Resolve(layer).Type!.Name) || (Resolve(layer) is IMemberReferenceOperation { Member.Name: var name } && TensorMethods.PassesOn(name)))
            return Evaluate(input).AsCopy();
        Value weight = Evaluate(layer);
        return weight.IsFactor || weight.Kind == ValueKind.Weight ? Multiply(call, Evaluate(input), weight.Transposed()) : null;
    }

    private ImmutableArray<Value> Arguments(IInvocationOperation call)
    {
        Value[] values = [.. Enumerable.Repeat(Value.Other, call.TargetMethod.Parameters.Length)];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            Value value = Evaluate(argument.Value);
            bool isWritten = argument.Parameter?.RefKind is RefKind.Ref or RefKind.Out && (call.TargetMethod.DeclaringSyntaxReferences.Length > 0 || call.TargetMethod.ContainingType?.Name == "Interlocked");
            if (isWritten && WrittenContainer(argument.Value) is { } container)
                WriteElement(call, container, argument.Value, Value.Other, BinaryOperatorKind.Multiply);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Length)
                values[parameter.Ordinal] = value;
        }

        return [.. values];
    }

    private Value? ToolkitCall(IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        IMethodSymbol method = call.TargetMethod;
        INamedTypeSymbol? owner = method.ContainingType?.OriginalDefinition;
        if (TensorTypes.Is(owner, Types.FrozenWeight))
        {
            if (method.Name == "CopyTo" && call.Arguments.Length == 1)
                Replace(call.Arguments[0].Value, receiver.AsCopy());
            return method.Name is "ToTensor" or "ToArray" ? receiver.AsCopy() : Value.Other;
        }

        if (method is { Name: "Keep", ContainingType.Name: "TensorScope" } && arguments.Length == 1)
            return arguments[0];
        if (TensorTypes.Is(owner, Types.Factors))
            return method.Name is "SavedA" or "SavedB" ? Value.Factor(method.Name == "SavedA", pair: null).AsCopy() : Value.Other;
        if (TensorTypes.Is(owner, Types.Operators))
            return Arithmetic(call, arguments.Length > 0 ? arguments[0] : Value.Other, arguments.Length > 1 ? arguments[1] : Value.Other) ?? Value.Other;
        if (method.ContainingType?.Name == "RandomSequence" && method.Name == "FillGaussian")
        {
            Fill(call, Value.Of(ValueKind.Noise));
            return Value.Other;
        }

        if (!Types.IsToolkitTensor(owner))
            return null;
        switch (method.Name)
        {
            case "From" when arguments.Length == 3:
                return WithShape(call, arguments[2].AsCopy());
            case "Zeros":
                return WithShape(call, Value.Of(ValueKind.Zeros));
            case "CopyTo" when call.Arguments.Length == 1:
                Replace(call.Arguments[0].Value, receiver.AsCopy());
                return Value.Other;
            case "CopyFrom" when call.Instance is { } instance && arguments.Length == 1 && receiver.Kind is ValueKind.Other or ValueKind.Zeros or ValueKind.Noise:
                Replace(instance, arguments[0].AsCopy());
                return Value.Other;
            case "ToArray":
                return receiver.AsCopy();
            default:
                return TensorMethods.KeepsNumbers(method.Name) ? receiver : null;
        }
    }

    /// <summary>Methods that TorchSharp's tensors have, and users' helpers of the same names.</summary>
    private Value? TensorCall(IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        IMethodSymbol method = call.TargetMethod;
        bool isOfTorch = Types.IsOfTorch(method.ContainingType);
        if (isOfTorch && call.Instance is not null && method.Name is "GetEnumerator" or "values" or "items")
            return receiver;
        if (!isOfTorch && !Types.IsMatrix(method.ReturnType))
            return null;
        bool isOwn = method.DeclaringSyntaxReferences.Length > 0 && !isOfTorch;
        Value subject = call.Instance is not null ? receiver : arguments.Length > 0 ? arguments[0] : Value.Other;
        Value other = call.Instance is not null ? (arguments.Length > 0 ? arguments[0] : Value.Other) : arguments.Length > 1 ? arguments[1] : Value.Other;
        string name = method.Name;
        if (TensorMethods.Transposes(name) && (isOfTorch || call.Arguments.Length <= 1 || call.Arguments.Count(argument => Types.IsMatrix(argument.Value.Type)) == 1))
            return subject.Transposed();
        if (isOwn)
            return null;
        if (!isOfTorch)
            return TensorMethods.KeepsNumbers(name) ? subject : null;
        if (name == "Parameter" && call.Arguments.Length > 0)
            return Trained(call, arguments[0]);
        if (name is "parameters" or "named_parameters")
            return _analysis.Freezing.WeightsIn(call.Instance is { } module ? ModuleOf(module) : null).Count > 0 ? Value.Holding(call.Syntax) : Referenced(receiver, call);
        if (name == "copy_" || name == "zero_" || name == "fill_")
            return subject;
        bool isVector = name is "flatten" or "ravel" || (name is "view" or "reshape" && call.Arguments is [{ Value: var size }] && Shapes.IsOneDimension(size));
        if (isVector && (subject.ContainsProduct || subject.IsFactor))
            return Value.Other;
        if (TensorMethods.KeepsNumbers(name))
            return TensorMethods.KeepsShape(name) ? subject : subject.Shaped(null, null);
        if (TensorMethods.Joins(name) && call.Arguments.Length > 0)
            return Joined(call.Arguments[0].Value, subject);
        if (name is "eye" || (name is "diag" or "diagflat" or "diag_embed" && subject.Kind == ValueKind.Other))
            return Value.Of(ValueKind.Diagonal);
        if (name is "outer" or "ger")
            return subject.IsFactor && other.IsFactor ? Algebra.Product(subject, other).From(call.Syntax) : Value.Other;
        if (Arithmetic(call, subject, other) is { } result)
        {
            if (name.EndsWith("_", StringComparison.Ordinal) && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } target && !subject.IsStorage)
                Replace(target, result);
            return result;
        }

        return name is "zeros" or "randn" or "rand" or "empty" or "ones" ? Value.Other : null;
    }

    private ITypeSymbol? ModuleOf(IOperation module) => Resolve(module) is IInstanceReferenceOperation ? Symbol.ContainingType : Resolve(module).Type;

    private Value? Arithmetic(IInvocationOperation call, Value left, Value right)
    {
        string name = call.TargetMethod.Name;
        if (TensorMethods.Adds(name))
            return Sum(call, left, right);
        if (!TensorMethods.Scales(name))
            return null;
        IOperation? first = call.Instance ?? call.Arguments.FirstOrDefault()?.Value;
        IOperation? factor = call.Instance is not null ? call.Arguments.FirstOrDefault()?.Value : call.Arguments.Skip(1).FirstOrDefault()?.Value;
        return first is null || factor is null ? Algebra.Scaled(left, right, isByNumber: true) : Scaled(left, right, first, factor);
    }

    private Value Creation(IObjectCreationOperation creation)
    {
        Value[] values = [.. Enumerable.Repeat(Value.Other, creation.Constructor?.Parameters.Length ?? 0)];
        foreach (IArgumentOperation argument in creation.Arguments)
        {
            Value value = Evaluate(argument.Value);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Length)
                values[parameter.Ordinal] = value;
        }

        ImmutableArray<Value> arguments = [.. values];
        Show(rule => rule.OnCreation(this, creation, arguments));
        Value result = Created(creation, arguments);
        if (creation.Initializer is not null)
            Evaluate(creation.Initializer);
        return result;
    }

    private Value Created(IObjectCreationOperation creation, ImmutableArray<Value> arguments)
    {
        ITypeSymbol? type = creation.Type;
        if (TensorTypes.Is(type, Types.Parameter) || TensorTypes.Is(type, Types.TorchParameter))
            return arguments.Length > 0 ? Trained(creation, arguments[0]) : Value.Other;
        if (type is null || TensorTypes.IsInNamespace(type, "System") || Types.IsMatrix(type) || Types.IsOfTorch(type))
            return arguments.Aggregate(Value.Other, Value.Join);
        if (creation.Constructor is not { } constructor)
            return Value.Other;
        ImmutableDictionary<string, Value> members = ImmutableDictionary<string, Value>.Empty;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].Equals(Value.Other) && (IsPrimary(constructor) || type.GetMembers().Any(member => Key(member.Name) == Key(constructor.Parameters[i].Name) && member is IPropertySymbol or IFieldSymbol)))
                members = members.SetItem(Key(constructor.Parameters[i].Name), arguments[i]);
        }

        return Value.Object(members);
    }

    private bool IsPrimary(IMethodSymbol constructor) =>
        constructor.DeclaringSyntaxReferences is [{ } reference] && reference.GetSyntax(_cancellation) is TypeDeclarationSyntax;

    /// <summary>Tensors that are put together: BA, where all of them are, or zeros.</summary>
    private Value Joined(IOperation tensors, Value joined)
    {
        ImmutableArray<IOperation> listed = Resolve(tensors) switch
        {
            IArrayCreationOperation { Initializer: { } initializer } => initializer.ElementValues,
            ICollectionExpressionOperation collection => collection.Elements,
            _ => [],
        };
        bool areAlike = joined.Kind == ValueKind.Product && listed.All(element => Evaluate(element).Kind is ValueKind.Product or ValueKind.Zeros);
        return areAlike ? joined.Shaped(null, null) : Value.Other;
    }

    /// <summary>A parameter that is made of a value: a factor stays one, anything else of known shape trains.</summary>
    private Value Trained(IOperation operation, Value value)
    {
        if (value.IsFactor || value.Kind is ValueKind.Weight or ValueKind.Product or ValueKind.Merged)
            return value.AsCopy();
        return Shapes.Of(operation, Types) is { } shape ? Value.Of(ValueKind.Trained).Shaped(shape.Rows, shape.Columns) : Value.Other;
    }

    private Value WithShape(IInvocationOperation call, Value value) =>
        Shapes.Of(call, Types) is { } shape ? value.Shaped(shape.Rows, shape.Columns) : value;

    private void Fill(IInvocationOperation call, Value value)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (Types.IsMatrix(argument.Value.Type) || Types.IsMatrix(Resolve(argument.Value).Type))
            {
                if (Evaluate(argument.Value).Kind is ValueKind.Other or ValueKind.Zeros or ValueKind.Noise)
                    Replace(argument.Value, value);
                return;
            }
        }
    }
}
