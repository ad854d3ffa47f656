using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Values;

/// <content>Calls: of tensors' methods, of collections, of methods of the compilation, of lambdas.</content>
internal sealed partial class ValueFlow
{
    private Value Invocation(IInvocationOperation call)
    {
        IMethodSymbol method = call.TargetMethod;
        Value receiver = Evaluate(call.Instance);
        if (method.MethodKind == MethodKind.DelegateInvoke)
        {
            foreach (IArgumentOperation argument in call.Arguments)
                Evaluate(argument.Value);
            return receiver;
        }

        if (method.MethodKind == MethodKind.LocalFunction)
            return RunLocalFunction(method, Arguments(call));
        bool isOfSystem = method.ContainingType is { } owner && TensorTypes.IsInNamespace(owner, "System");
        if (isOfSystem)
        {
            Value result = SystemCall(call, receiver, out ImmutableArray<Value> given);
            Show(rule => rule.OnCall(this, call, receiver, given));
            return result;
        }

        ImmutableArray<Value> arguments = Arguments(call);
        Show(rule => rule.OnCall(this, call, receiver, arguments));
        NoteTraining(method);
        Value? known = Product(call) ?? ToolkitCall(call, receiver, arguments) ?? TensorCall(call, receiver, arguments);
        if (known is not null)
            return known;
        if (_analysis.Call(method, arguments, _stack, IsOnTrainingPath || IsTrainingName(Symbol.Name), _cancellation) is { } body)
            return Called(call, body);
        Outputs(call, receiver);
        return TensorMethods.Transposes(method.Name) && arguments.Length == 1 ? arguments[0].Transposed() : Value.Other;
    }

    /// <summary>Whether a method of this name belongs to a forward or backward pass, or to training.</summary>
    public static bool IsTrainingName(string name) =>
        name is "Forward" or "ForwardSaving" or "Evaluate" or "Backward" or "forward" or "backward" or "call" or "ForwardBackward" or "Step" or "Fit" or "Epoch"
        || name.StartsWith("Train", StringComparison.Ordinal) || name.StartsWith("FineTune", StringComparison.Ordinal);

    private Value Called(IInvocationOperation call, BodyResult body)
    {
        _isExact &= body.IsExact;
        foreach (Finding finding in body.Findings)
            Report(finding.Rule, call.Syntax, [.. finding.Arguments]);
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is not { } parameter)
                continue;
            Value after = body.Exit[parameter.OriginalDefinition];
            bool handsOut = parameter.RefKind is RefKind.Out or RefKind.Ref;
            bool fills = !after.Equals(Value.Other) && (Types.IsMatrix(parameter.Type) || parameter.Type.AllInterfaces.Any(type => type.Name == "IEnumerable"));
            if (handsOut)
                Assign(argument.Value, after);
            else if (fills && after.Kind != Evaluate(argument.Value).Kind)
                Replace(argument.Value, after);
        }

        return body.Returned;
    }

    private void NoteTraining(IMethodSymbol method)
    {
        bool trains = (TensorTypes.DerivesFrom(method.ContainingType, Types.Trainer) && method.Name is "Fit" or "Step")
            || (TensorTypes.DerivesFrom(method.ContainingType, Types.LanguageModel) && method.Name is "ForwardBackward" or "Forward" or "Loss" or "Logits" or "Generate" or "NextTokenLogits")
            || (TensorTypes.DerivesFrom(method.ContainingType, Types.Module) && method.Name is "Forward" or "ForwardSaving");
        if (trains)
            Note(TrainedFact);
    }

    /// <summary>The fact that a model was used on the way to a point.</summary>
    public const string TrainedFact = "used";

    private Value? Product(IInvocationOperation call)
    {
        if (MatrixProduct.Read(call, Types) is not { } product)
            return TorchLayerCall(call);
        Value left = Evaluate(product.Left), right = Evaluate(product.Right);
        Value result = Multiply(call, left, product.TransposesRight ? right.Transposed() : right);
        if (product.Addend is { } addend && result.Kind != ValueKind.BaseTerm)
        {
            Value added = Evaluate(addend);
            result = product.TransposesRight && result.Kind == ValueKind.AdapterTerm && added.Kind == ValueKind.Other ? result : Sum(result, added);
        }

        if (product.Destination is not { } destination)
            return result;
        Replace(destination, result);
        return Value.Other;
    }

    /// <summary>A linear layer of TorchSharp that holds a factor, or W, multiplies its input by it.</summary>
    private Value? TorchLayerCall(IInvocationOperation call)
    {
        if (call is not { Instance: { } layer, TargetMethod.Name: "forward" or "call", Arguments: [{ Value: var input }] } || !TensorTypes.DerivesFrom(Resolve(layer).Type, Types.TorchModule))
            return null;
        Value weight = Evaluate(layer);
        return weight.IsFactor || weight.Kind == ValueKind.Weight ? Multiply(call, Evaluate(input), weight.Transposed()) : null;
    }

    private ImmutableArray<Value> Arguments(IInvocationOperation call)
    {
        Value[] values = [.. Enumerable.Repeat(Value.Other, call.TargetMethod.Parameters.Length)];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            Value value = Evaluate(argument.Value);
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
            return Referenced(receiver, call);
        if (name == "copy_" || name == "zero_" || name == "fill_")
            return subject;
        if (TensorMethods.KeepsNumbers(name))
            return subject;
        if (Arithmetic(call, subject, other) is { } result)
        {
            if (name.EndsWith("_", StringComparison.Ordinal) && (call.Instance ?? call.Arguments.FirstOrDefault()?.Value) is { } target && !subject.IsStorage)
                Replace(target, result);
            return result;
        }

        return name is "zeros" or "randn" or "rand" or "empty" or "ones" ? Value.Other : null;
    }

    private Value? Arithmetic(IInvocationOperation call, Value left, Value right)
    {
        string name = call.TargetMethod.Name;
        if (TensorMethods.Adds(name))
            return Sum(left, right);
        if (!TensorMethods.Scales(name))
            return null;
        IOperation? factor = call.Instance is not null ? call.Arguments.FirstOrDefault()?.Value : call.Arguments.Skip(1).FirstOrDefault()?.Value;
        return Algebra.Scaled(left, right, factor is null || !Types.IsMatrix(factor.Type));
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
        if (type is null || TensorTypes.IsInNamespace(type, "System") || Types.IsMatrix(type))
            return arguments.Aggregate(Value.Other, Value.Join);
        if (creation.Constructor is not { } constructor)
            return Value.Other;
        ImmutableDictionary<string, Value> members = ImmutableDictionary<string, Value>.Empty;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (!arguments[i].Equals(Value.Other) && type.GetMembers().Any(member => Key(member.Name) == Key(constructor.Parameters[i].Name) && member is IPropertySymbol or IFieldSymbol))
                members = members.SetItem(Key(constructor.Parameters[i].Name), arguments[i]);
        }

        return Value.Object(members);
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

    /// <summary>Collections, spans, LINQ and the like keep what they are given.</summary>
    private Value SystemCall(IInvocationOperation call, Value receiver, out ImmutableArray<Value> given)
    {
        IMethodSymbol method = call.TargetMethod;
        Value[] values = [.. Enumerable.Repeat(Value.Other, method.Parameters.Length)];
        Value elements = receiver;
        List<IOperation> functions = [];
        foreach (IArgumentOperation argument in call.Arguments)
        {
            IOperation value = argument.Value;
            while (value is IConversionOperation conversion)
                value = conversion.Operand;
            if (value is IDelegateCreationOperation)
            {
                functions.Add(value);
                continue;
            }

            if (argument.Parameter?.RefKind == RefKind.Out)
                continue;
            Value evaluated = Evaluate(argument.Value);
            if (evaluated.Kind == ValueKind.Weight && !(argument.Parameter?.Type is INamedTypeSymbol { Name: "IEnumerable" }))
                evaluated = evaluated.From(argument.Value.Syntax);
            if (argument.Parameter is { } parameter && parameter.Ordinal < values.Length)
                values[parameter.Ordinal] = evaluated;
            if (!TensorTypes.IsScalar(argument.Value.Type))
                elements = Value.Join(elements, evaluated);
        }

        given = [.. values];
        Value produced = Value.Other;
        foreach (IOperation function in functions)
            produced = Value.Join(produced, RunFunction(function, elements));
        Outputs(call, receiver);
        return SystemResult(call, receiver, given, elements, produced, functions.Count > 0);
    }

    private Value SystemResult(IInvocationOperation call, Value receiver, ImmutableArray<Value> given, Value elements, Value produced, bool hasFunction)
    {
        string name = call.TargetMethod.Name;
        switch (name)
        {
            case "Select" or "SelectMany" or "ConvertAll" or "Zip" or "Aggregate" or "ToDictionary" or "ContinueWith":
                if (call.Arguments.Any(argument => IsRandom(argument.Value)) && produced.Kind == ValueKind.Other)
                    return Value.Of(ValueKind.Noise);
                return hasFunction ? produced : elements;
            case "Repeat" when call.Arguments.Length == 2 && call.TargetMethod.ContainingType.Name == "Enumerable" && call.Arguments[0].Value.ConstantValue.HasValue:
                return Value.Of(IsZero(call.Arguments[0].Value) ? ValueKind.Zeros : ValueKind.Noise);
            case "Fill" when call.Arguments.Length > 0:
                FillWith(call);
                return Value.Other;
            case "CopyTo" or "TryCopyTo":
                Replace(call.Arguments[call.Instance is null ? 1 : 0].Value, (call.Instance is null ? given[0] : receiver).AsCopy());
                return Value.Other;
            case "ToArray" or "ToList" or "Clone":
                return elements.Kind is ValueKind.Weight ? elements.AsCopy() : elements;
            case "GetOrAdd" or "AddOrUpdate" or "GetOrCreate" or "GetValue":
                Value added = Value.Join(elements, produced);
                if (call.Instance is { } cache)
                    Add(cache, added);
                return added;
            case "Equals" or "SequenceEqual" or "Contains" or "GetHashCode" or "ToString":
                return Value.Other;
        }

        bool isMutator = call.Instance is not null && (call.TargetMethod.ReturnsVoid || TensorTypes.IsScalar(call.Type));
        if (isMutator)
        {
            Add(call.Instance!, Value.Join(elements, produced));
            return Value.Other;
        }

        bool isRandom = call.TargetMethod.ContainingType?.Name == "Random" && name is "NextBytes" or "GetItems";
        return isRandom ? Value.Of(ValueKind.Noise) : hasFunction && !SystemKeepsElements(call) ? Value.Join(elements, produced) : elements;
    }

    /// <summary>Whether a function that a method is given only chooses or orders.</summary>
    private static bool SystemKeepsElements(IInvocationOperation call) =>
        call.TargetMethod.Name is "Where" or "OrderBy" or "OrderByDescending" or "First" or "FirstOrDefault" or "Single" or "SingleOrDefault" or "Last" or "LastOrDefault" or "TakeWhile" or "SkipWhile";

    private void FillWith(IInvocationOperation call)
    {
        IOperation target = call.Instance ?? call.Arguments[0].Value;
        IOperation number = call.Arguments[call.Instance is null && call.Arguments.Length > 1 ? 1 : 0].Value;
        Value before = Evaluate(target);
        Show(rule => rule.OnWrite(this, call, before));
        if (before.Kind is ValueKind.Other or ValueKind.Zeros or ValueKind.Noise)
            Replace(target, Value.Of(IsZero(number) ? ValueKind.Zeros : number.ConstantValue.HasValue ? ValueKind.Noise : ValueKind.Other));
    }

    private void Outputs(IInvocationOperation call, Value value)
    {
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter?.RefKind == RefKind.Out)
                Assign(argument.Value, value);
        }
    }

    private Value RunFunction(IOperation function, Value element) => function switch
    {
        IDelegateCreationOperation { Target: IFlowAnonymousFunctionOperation lambda } => RunLambda(lambda, element),
        IDelegateCreationOperation { Target: IMethodReferenceOperation method } => RunReferenced(method, element),
        _ => Evaluate(function),
    };

    private Value RunLambda(IFlowAnonymousFunctionOperation lambda, Value element)
    {
        ControlFlowGraph graph;
        try
        {
            graph = _graph.GetAnonymousFunctionControlFlowGraphInScope(lambda, _cancellation);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Value.Other;
        }

        ValueState state = _state;
        foreach (IParameterSymbol parameter in lambda.Symbol.Parameters)
            state = state.With(parameter, element);
        return RunNested(graph, state);
    }

    private Value RunReferenced(IMethodReferenceOperation reference, Value element)
    {
        IMethodSymbol method = reference.Method;
        Evaluate(reference.Instance);
        if (method.MethodKind == MethodKind.LocalFunction)
            return RunLocalFunction(method, [.. Enumerable.Repeat(element, method.Parameters.Length)]);
        if (TensorTypes.Is(method.ContainingType, Types.FrozenWeight) && method.Name is "ToTensor" or "ToArray")
            return element.AsCopy();
        if (_analysis.Call(method, [.. Enumerable.Repeat(element, method.Parameters.Length)], _stack, IsOnTrainingPath, _cancellation) is not { } result)
            return Value.Other;
        foreach (Finding finding in result.Findings)
            Report(finding.Rule, reference.Syntax, [.. finding.Arguments]);
        _isExact &= result.IsExact;
        return result.Returned;
    }

    private Value RunLocalFunction(IMethodSymbol method, ImmutableArray<Value> arguments)
    {
        method = method.OriginalDefinition;
        ControlFlowGraph? scope = _graph;
        while (scope is not null && !scope.LocalFunctions.Contains(method, SymbolEqualityComparer.Default))
            scope = scope.Parent;
        if (scope is null || _stack.Enter(method) is null)
            return Value.Other;
        ControlFlowGraph graph = scope.GetLocalFunctionControlFlowGraph(method, _cancellation);
        ValueState state = _state;
        for (int i = 0; i < method.Parameters.Length; i++)
            state = state.With(method.Parameters[i], i < arguments.Length ? arguments[i] : Value.Other);
        return RunNested(graph, state, method);
    }

    /// <summary>Runs a function inside this body: it sees this body's variables, and may change them.</summary>
    private Value RunNested(ControlFlowGraph graph, ValueState state, IMethodSymbol? function = null)
    {
        CallStack stack = function is null ? _stack : _stack.Enter(function) ?? _stack;
        BodyResult result = new ValueFlow(_analysis, _rules, graph, function ?? Symbol, stack, IsOnTrainingPath, _cancellation) { IsNested = true }.Run(state);
        _isExact &= result.IsExact;
        _stores.AddRange(result.Stores);
        _state = _state.JoinKnown(result.Exit);
        if (_isShowing)
            _findings.UnionWith(result.Findings);
        return result.Returned;
    }

    /// <summary>Whether the body is that of a lambda or local function, whose result its surroundings use.</summary>
    public bool IsNested { get; private init; }
}
