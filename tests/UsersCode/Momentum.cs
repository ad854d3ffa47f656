using AdapterToolkit.Formats;
using AdapterToolkit.Optimizers;
using AdapterToolkit.Weights;

namespace UsersCode;

/// <summary>Gradient descent with momentum: m ← β m + g, w ← w - η m.</summary>
/// <param name="learningRate">η, before a schedule's factor.</param>
/// <param name="beta">β.</param>
public sealed class Momentum(double learningRate, double beta) : IOptimizer
{
    private Dictionary<Parameter, float[]> _moments = [];

    public string Name => nameof(Momentum);

    public double LearningRate => learningRate;

    public IReadOnlyList<TrainingSetting> Settings => [new("learningRate", learningRate), new("momentum", beta)];

    public NotFiniteNumber? StepIfFinite(IEnumerable<Parameter> parameters, double learningRate, float gradientFactor, double gradientNorm)
    {
        List<(Parameter Parameter, float[] Value, float[] Moment)> next = [];
        foreach (Parameter parameter in parameters.Where(parameter => parameter.Gradient is not null))
        {
            float[] value = parameter.Value.ToArray(), gradient = parameter.Gradient!.ToArray();
            float[] before = _moments.GetValueOrDefault(parameter) ?? new float[value.Length], moment = new float[value.Length];
            for (int i = 0; i < value.Length; i++)
            {
                moment[i] = (float)(beta * before[i]) + (gradientFactor * gradient[i]);
                value[i] -= (float)learningRate * moment[i];
                if (!float.IsFinite(value[i]))
                    return new NotFiniteNumber(parameter.Name, value[i]);
            }

            next.Add((parameter, value, moment));
        }

        foreach ((Parameter parameter, float[] value, float[] moment) in next)
        {
            parameter.Value.CopyFrom(value);
            _moments[parameter] = moment;
        }

        return null;
    }

    public void Save(string path, IEnumerable<Parameter> parameters) => SafetensorsWriter.Write(
        path,
        [.. parameters.Where(_moments.ContainsKey).Select(parameter =>
            SafetensorsTensor.OfFloats(parameter.Name, [parameter.Value.Rows, parameter.Value.Columns], _moments[parameter]))]);

    public IOptimizerState Read(string path, IEnumerable<Parameter> parameters)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        return new State(this, parameters.Where(parameter => file.Contains(parameter.Name))
            .ToDictionary(parameter => parameter, parameter => file.ReadFloat32(parameter.Name)));
    }

    private sealed class State(Momentum optimizer, Dictionary<Parameter, float[]> moments) : IOptimizerState
    {
        public void Use() => optimizer._moments = moments;

        public void Dispose()
        {
        }
    }
}
