using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace AdapterToolkit.Analyzers.Domains.Tensors;

/// <content>Calls of tensors' own methods, of the toolkit and of TorchSharp.</content>
internal sealed partial class ValueFlow
{
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
            case "CopyFrom" when call.Instance is { } instance && arguments.Length == 1
                && receiver.Kind is ValueKind.Other or ValueKind.Zeros or ValueKind.Noise:
                Replace(instance, arguments[0].AsCopy());
                return Value.Other;
            case "ToArray":
                return receiver.AsCopy();
            default:
                return TensorMethods.KeepsNumbers(method.Name) ? receiver : null;
        }
    }

    /// <summary>Methods of TorchSharp's tensors, those of the same names of other libraries, and the compilation's own that only move numbers.</summary>
    private Value? TensorCall(IInvocationOperation call, Value receiver, ImmutableArray<Value> arguments)
    {
        IMethodSymbol method = call.TargetMethod;
        bool isOfTorch = Types.IsOfTorch(method.ContainingType);
        if (isOfTorch && call.Instance is not null && method.Name is "GetEnumerator" or "values" or "items")
            return receiver;
        if (!isOfTorch && !Types.IsMatrix(method.ReturnType))
            return null;
        bool isOwn = method.DeclaringSyntaxReferences.Length > 0 && !isOfTorch;
        if (isOwn)
        {
            return Types.Products.MovedBy(method) is { } moved && (moved == LoopProduct.This ? receiver : arguments[moved]) is { IsUnknown: false } whole
                ? whole.AsCopy().Shaped(null, null)
                : null;
        }

        Value subject = call.Instance is not null ? receiver : arguments.Length > 0 ? arguments[0] : Value.Other;
        Value other = call.Instance is not null ? (arguments.Length > 0 ? arguments[0] : Value.Other) : arguments.Length > 1 ? arguments[1] : Value.Other;
        string name = method.Name;
        if (TensorMethods.Transposes(name)
            && (isOfTorch || call.Arguments.Length <= 1 || call.Arguments.Count(argument => Types.IsMatrix(argument.Value.Type)) == 1))
            return subject.Transposed();
        if (!isOfTorch)
            return TensorMethods.KeepsNumbers(name) ? subject : null;
        if (name == "Parameter" && call.Arguments.Length > 0)
            return Trained(call, arguments[0]);
        if (name is "parameters" or "named_parameters")
            return _analysis.Freezing.WeightsIn(call.Instance is { } module ? ModuleOf(module) : null).Count > 0
                ? Value.Holding(call.Syntax)
                : Referenced(receiver, call);
        if (name == "copy_" && call.Instance is { } copy && !subject.IsStorage && !other.IsUnknown)
            Replace(copy, subject = other.AsCopy());
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
        if (TensorMethods.AddsPart(name) && GivenAs(call, "source") is { } source)
            return Sum(call, left, Evaluate(source));
        if (TensorMethods.Adds(name))
            return Sum(call, left, right);
        if (!TensorMethods.Scales(name))
            return null;
        IOperation? first = call.Instance ?? call.Arguments.FirstOrDefault()?.Value;
        IOperation? factor = call.Instance is not null ? call.Arguments.FirstOrDefault()?.Value : call.Arguments.Skip(1).FirstOrDefault()?.Value;
        return first is null || factor is null ? Algebra.Scaled(left, right, isByNumber: true) : Scaled(left, right, first, factor);
    }

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
